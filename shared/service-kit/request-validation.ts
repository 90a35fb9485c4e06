import type { z } from 'zod';
import { jsonPointer } from './json-pointer.ts';
import { invalidRequest, type ProblemError } from './problem.ts';
import { type Fault, unknownFields } from './unknown-fields.ts';
import { unstorable } from './unstorable.ts';

export type RequestPart = 'body' | 'querystring' | 'params' | 'headers';

/**
 * Checks one part of a request against its schema.
 *
 * @param strict refuse fields that the schema does not name, by their name (public routes)
 * @returns what the schema makes of it, or the problem `invalid_request` with all faults
 */
export const validatePart = (
  schema: z.ZodType,
  part: RequestPart,
  given: unknown,
  strict: boolean,
): { value: unknown } | { error: ProblemError } => {
  // Fastify passes null where there was no body at all.
  const value =
    part === 'body' && given === null ? undefined : part === 'querystring' ? withLists(schema, given) : given;
  const notToBeStored = unstorable(value);
  if (notToBeStored.length > 0) return { error: refuse(part, notToBeStored) };
  const result = schema.safeParse(value);
  const faults = strict ? unknownFields(schema, value) : [];
  if (result.success) return faults.length === 0 ? { value: result.data } : { error: refuse(part, faults) };
  const named = new Set(faults.map(({ path }) => path.join('/')));
  for (const fault of result.error.issues.flatMap((issue) => describeIssue(issue, value))) {
    if (!named.has(fault.path.join('/'))) faults.push(fault);
  }
  return { error: refuse(part, faults) };
};

/** `?kind=a` is a list of one where the schema says list: a query by itself cannot tell. */
const withLists = (schema: z.ZodType, query: unknown): unknown => {
  if (query === null || typeof query !== 'object' || !isObjectSchema(schema)) return query;
  const lists = Object.entries(schema.shape).filter(([, field]) => isList(field));
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      typeof value === 'string' && lists.some(([list]) => list === name) ? [value] : value,
    ]),
  );
};

const isObjectSchema = (schema: z.ZodType): schema is z.ZodObject => schema.def.type === 'object';

const isList = (schema: z.core.$ZodType): boolean => {
  const definition = schema._zod.def as { type: string; innerType?: z.core.$ZodType };
  if (definition.type === 'array') return true;
  return definition.innerType !== undefined && isList(definition.innerType);
};

const refuse = (part: RequestPart, faults: readonly Fault[]): ProblemError =>
  invalidRequest(faults.map(({ path, detail }) => ({ pointer: pointerTo(part, path), detail })));

/** JSON pointer into a body (RFC 6901), `?name` for a query parameter, `:name` for one in the path. */
const pointerTo = (part: RequestPart, path: readonly PropertyKey[]): string => {
  const steps = path.map((step) => String(step));
  if (part === 'querystring') return `?${steps.join('.')}`;
  if (part === 'params') return `:${steps.join('.')}`;
  return jsonPointer(path);
};

const describeIssue = (issue: z.core.$ZodIssue, value: unknown): Fault[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], detail: 'Unknown field' }));
  }
  if (valueAt(value, issue.path) === undefined && issue.code !== 'custom') {
    return [{ path: issue.path, detail: 'Required' }];
  }
  if (issue.code === 'invalid_value') {
    return [
      { path: issue.path, detail: `Must be one of ${issue.values.map((one) => JSON.stringify(one)).join(', ')}` },
    ];
  }
  return [{ path: issue.path, detail: issue.message }];
};

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown => {
  let current = value;
  for (const step of path) {
    if (current === null || typeof current !== 'object') return undefined;
    current = (current as Record<PropertyKey, unknown>)[step];
  }
  return current;
};
