import { type AddressInfo, connect } from 'node:net';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { readUpload, withUploads } from './file-uploads.ts';
import { addProblemAnswers } from './problem-answers.ts';

const LIMIT = { fileBytes: 1024 * 1024 };
const CHUNK = Buffer.alloc(64 * 1024, 1);

it('a file that does not say how large it is is refused where the limit is, whether or not it ever ends', async () => {
  const app = Fastify();
  addProblemAnswers(app);
  withUploads(app, LIMIT, (own) => {
    own.post('/', async (request) => {
      await readUpload(request, LIMIT);
      return {};
    });
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString('latin1'))));
  const form = '--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\n';
  const head = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\n';
  socket.write(`${head}transfer-encoding: chunked\r\n\r\n${form.length.toString(16)}\r\n${form}\r\n`);
  for (let sent = 0; sent < 2 * LIMIT.fileBytes; sent += CHUNK.length) {
    socket.write(Buffer.concat([Buffer.from(`${CHUNK.length.toString(16)}\r\n`), CHUNK, Buffer.from('\r\n')]));
  }
  expect(await answer).toMatch(/^HTTP\/1\.1 413 [^]*connection: close/i);
  socket.destroy();
  await app.close();
});
