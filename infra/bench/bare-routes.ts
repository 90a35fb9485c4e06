/** The floor of a read: Fastify, one query by key, and as many bytes as ours. Nobody is asked who they are. */
import Fastify from 'fastify';
import { Pool } from 'pg';
import { endWithParent, tell, told } from './bare-process.ts';

/** As many as a service of ours has (service-kit/postgres.ts). */
const POOL_SIZE = 10;

const pool = new Pool({ connectionString: told('BARE_DATABASE_URL'), max: POOL_SIZE });
const app = Fastify();
app.get<{ Params: { name: string } }>('/answers/:name', async (request, reply) => {
  const { rows } = await pool.query<{ body: string }>('select body from answer where name = $1', [request.params.name]);
  return reply.type('application/json; charset=utf-8').send(rows[0]?.body);
});
const address = await app.listen({ host: '127.0.0.1', port: 0 });
endWithParent(async () => {
  await app.close();
  await pool.end();
});
tell({ address });
