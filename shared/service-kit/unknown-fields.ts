import type { z } from 'zod';

export interface Fault {
  readonly path: readonly PropertyKey[];
  readonly detail: string;
}

/**
 * The fields of a value that its schema does not name, at any depth. An object with a catch-all (`looseObject`) takes
 * every field, and of a union a field is unknown only if no member that is an object knows it.
 */
export const unknownFields = (schema: z.ZodType, value: unknown): Fault[] => {
  const faults: Fault[] = [];
  visit(schema, value, [], faults);
  return faults;
};

type Definition = z.core.$ZodTypes['_zod']['def'];

const visit = (schema: z.core.$ZodType, value: unknown, path: readonly PropertyKey[], faults: Fault[]): void => {
  if (value === null || typeof value !== 'object') return;
  const definition = schema._zod.def as Definition;
  switch (definition.type) {
    case 'object':
    case 'union':
    case 'intersection': {
      if (Array.isArray(value)) return;
      const fields = fieldsOf(schema, value);
      if (fields === 'any') return;
      for (const [name, inner] of Object.entries(value)) {
        const members = fields.get(name);
        if (members === undefined) faults.push({ path: [...path, name], detail: 'Unknown field' });
        else if (members.length === 1) visit(members[0] as z.core.$ZodType, inner, [...path, name], faults);
      }
      return;
    }
    case 'array':
      if (Array.isArray(value))
        value.forEach((item, index) => visit(definition.element, item, [...path, index], faults));
      return;
    case 'record':
      for (const [name, inner] of Object.entries(value)) visit(definition.valueType, inner, [...path, name], faults);
      return;
    default: {
      const inner = unwrap(definition);
      if (inner !== undefined) visit(inner, value, path, faults);
    }
  }
};

type Fields = Map<string, z.core.$ZodType[]> | 'any';

/** The named fields of an object schema, of all objects of an intersection, or of those union members that may be meant. */
const fieldsOf = (schema: z.core.$ZodType, value: object): Fields => {
  const definition = schema._zod.def as Definition;
  if (definition.type === 'object') {
    // A strict object reports its unknown fields itself; here it is as any other.
    const catchall = definition.catchall?._zod.def.type;
    if (catchall !== undefined && catchall !== 'never') return 'any';
    return new Map(Object.entries(definition.shape).map(([name, field]) => [name, [field]]));
  }
  if (definition.type === 'intersection') return merge([definition.left, definition.right], value);
  if (definition.type === 'union') return merge(membersMeant(definition, value), value);
  const inner = unwrap(definition);
  return inner === undefined ? 'any' : fieldsOf(inner, value);
};

const membersMeant = (definition: z.core.$ZodUnionDef, value: object): readonly z.core.$ZodType[] => {
  const discriminator = (definition as Partial<z.core.$ZodDiscriminatedUnionDef>).discriminator;
  const objects = definition.options.filter((option) => option._zod.def.type === 'object');
  if (discriminator === undefined) return objects.length === 0 ? definition.options : objects;
  const given = (value as Record<string, unknown>)[discriminator];
  const meant = objects.filter((option) => {
    const field = (option as z.core.$ZodObject)._zod.def.shape[discriminator];
    return field?._zod.values?.has(given as z.core.util.Primitive) ?? false;
  });
  return meant.length === 0 ? definition.options : meant;
};

const merge = (schemas: readonly z.core.$ZodType[], value: object): Fields => {
  const all = new Map<string, z.core.$ZodType[]>();
  for (const schema of schemas) {
    const fields = fieldsOf(schema, value);
    if (fields === 'any') return 'any';
    for (const [name, members] of fields) all.set(name, [...(all.get(name) ?? []), ...members]);
  }
  return all;
};

const unwrap = (definition: Definition): z.core.$ZodType | undefined => {
  switch (definition.type) {
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
      return definition.innerType;
    case 'pipe':
      return definition.in;
    case 'lazy':
      return definition.getter();
    default:
      return undefined;
  }
};
