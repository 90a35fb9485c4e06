/** Inventory: what is left to do about what SIMs may do, read off their services. */
import { z } from 'zod';
import { SERVICE_TODOS } from '../sim-services.ts';
import { idSchema, pageOf, pageQuery, timeSchema } from './primitives.ts';
import { publicRoute } from './route.ts';

const codes = Object.keys(SERVICE_TODOS) as [keyof typeof SERVICE_TODOS, ...(keyof typeof SERVICE_TODOS)[]];

export const serviceTodoSchema = z
  .object({
    code: z.enum(codes),
    responsible: z.literal('manager'),
    since: timeSchema,
    detail: z.string().describe('What is wrong, in plain words'),
  })
  .meta({ id: 'ServiceTodo' });
export type ServiceTodo = z.output<typeof serviceTodoSchema>;

export const serviceTodoRoutes = {
  listServiceTodos: publicRoute({
    method: 'GET',
    permission: 'fleet:read',
    status: 200,
    tag: 'SIM services',
    path: '/inventory/v1/service-todos',
    summary: 'List what is left to do about the services of SIMs, the oldest first',
    description:
      'Rate plans and options that providers refuse, and what they report otherwise than they have confirmed.',
    query: z.strictObject({ ...pageQuery, code: z.enum(codes).optional() }),
    answer: pageOf(serviceTodoSchema.extend({ simId: idSchema })),
    problems: ['invalid_cursor'],
  }),
} as const;
