import { z } from 'zod';
import { PROBLEMS } from '../problems.ts';

const problemCodes = Object.keys(PROBLEMS) as [keyof typeof PROBLEMS, ...(keyof typeof PROBLEMS)[]];

/** A warning that the caller can accept by repeating the request with `acceptWarnings: [code]`. */
export const warningSchema = z.object({ code: z.string(), detail: z.string() });
export type Warning = z.output<typeof warningSchema>;

/** RFC 9457 problem details, as every Simlane API answers them. */
export const problemSchema = z
  .object({
    type: z.string().describe('`urn:simlane:problem:` and the code'),
    title: z.string(),
    status: z.int(),
    code: z.enum(problemCodes),
    detail: z.string().describe('What is wrong with this request'),
    fix: z.string().optional().describe('What the caller, or who else, can do about it'),
    instance: z.string().describe('The id of the request; support asks for it'),
    errors: z
      .array(
        z.object({
          pointer: z.string().describe('JSON pointer into the body, or ?name for a query parameter'),
          detail: z.string(),
        }),
      )
      .optional(),
    warnings: z.array(warningSchema).optional(),
    blockingOrder: z
      .object({ id: z.uuid(), orderNumber: z.string().optional() })
      .optional()
      .describe('The order whose change is in flight'),
    conditions: z
      .array(z.looseObject({ code: z.string() }))
      .optional()
      .describe('Each condition of the action, met or not'),
    possible: z.array(z.string()).optional().describe('The decisions that the state of the order allows'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof problemSchema>;
