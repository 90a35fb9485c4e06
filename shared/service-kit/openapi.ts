import swagger from '@fastify/swagger';
import reference from '@scalar/fastify-api-reference';
import { problemSchema } from '@simlane/contracts/http/problem';
import type { PublicRoute, RouteContract } from '@simlane/contracts/http/route';
import { PROBLEMS, type ProblemCode } from '@simlane/contracts/problems';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { PROBLEM_CONTENT_TYPE } from './problem-answers.ts';

/** A schema that JSON Schema cannot say (a transform) is shown as anything: the page must not fail because of it. */
const zodToJsonConfig = { unrepresentable: 'any' } as const;
const jsonSchemaTransform = createJsonSchemaTransform({ zodToJsonConfig });
const jsonSchemaTransformObject = createJsonSchemaTransformObject({ zodToJsonConfig });

/** What any public route can answer with. */
const USUAL_PROBLEMS = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'rate_limited',
  'internal_error',
  'dependency_unavailable',
  'overloaded',
] as const satisfies readonly ProblemCode[];

const BODY_PROBLEMS = ['payload_too_large', 'unsupported_media_type'] as const satisfies readonly ProblemCode[];
const KEY_PROBLEMS = ['idempotency_key_missing', 'idempotency_key_reused'] as const satisfies readonly ProblemCode[];
const VERSION_PROBLEMS = ['if_match_missing', 'stale_version'] as const satisfies readonly ProblemCode[];

/** One entry a status: the codes that it can stand for. */
const problemResponses = (codes: readonly ProblemCode[]): Record<string, unknown> => {
  const byStatus = Map.groupBy(new Set(codes), (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      status,
      {
        description: some.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('\n\n'),
        content: { [PROBLEM_CONTENT_TYPE]: { schema: problemSchema } },
      },
    ]),
  );
};

const NO_QUERY = z.strictObject({});

/** The Fastify schema of a route: what validates, and what the reference page is made from. */
export const fastifySchema = (contract: RouteContract): Record<string, unknown> => {
  const isPublic = 'permission' in contract;
  const keyed = isPublic && contract.idempotencyKey === true;
  const versioned = isPublic && contract.ifMatch === true;
  const codes: ProblemCode[] = [
    ...USUAL_PROBLEMS,
    ...(contract.params === undefined ? [] : (['not_found'] as const)),
    ...(contract.body === undefined ? [] : BODY_PROBLEMS),
    ...(keyed ? KEY_PROBLEMS : []),
    ...(versioned ? VERSION_PROBLEMS : []),
    ...(contract.problems ?? []),
  ];
  return {
    summary: contract.summary,
    ...(isPublic ? { tags: [contract.tag], security: [{ bearer: [] }] } : { hide: true }),
    ...(isPublic ? { description: describe(contract) } : {}),
    ...(contract.params === undefined ? {} : { params: contract.params }),
    // A route without a query takes none: a typo must not be silently ignored.
    ...(contract.query === undefined && !isPublic ? {} : { querystring: contract.query ?? NO_QUERY }),
    ...(contract.body === undefined ? {} : { body: contract.body }),
    response: { [contract.status]: contract.answer, ...problemResponses(codes) },
  };
};

const describe = ({ description, permission }: PublicRoute): string =>
  [description, `Needs the permission \`${permission}\`.`].filter((part) => part !== undefined).join(' ');

/** What is refused as unknown when it comes in is said to be so; answers may grow. */
const closedBody = (schema: { body?: unknown }): object =>
  schema.body === undefined ? {} : { body: closeObjects(schema.body) };

const closeObjects = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closeObjects);
  if (schema === null || typeof schema !== 'object' || 'allOf' in schema) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closeObjects(value)]));
  return inner.type === 'object' && 'properties' in inner ? { additionalProperties: false, ...inner } : inner;
};

const IDEMPOTENCY_KEY_PARAMETER = {
  type: 'string',
  minLength: 1,
  maxLength: 255,
  description: 'Any text of your own, one for each thing to be made: a repeat with it makes nothing a second time',
};
const IF_MATCH_PARAMETER = {
  type: 'string',
  description: 'The version that you have read, as `version` and the `ETag` said it: `"7"`',
};
const ACCOUNT_PARAMETER = { type: 'string', format: 'uuid', description: 'Only operations name the account by this' };

/** `/openapi.json` (OpenAPI 3.1 from the schemas that validate) and `/reference`, the page that shows it. */
export const addReference = async (
  app: FastifyInstance,
  info: { title: string; description: string },
): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { ...info, version: '1' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document);
      const { contract } = (document.route.config ?? {}) as { contract?: RouteContract };
      if (contract === undefined || !('permission' in contract)) return { schema, url };
      const keyed = contract.idempotencyKey === true;
      const versioned = contract.ifMatch === true;
      const headers = {
        type: 'object',
        properties: {
          ...(keyed ? { 'Idempotency-Key': IDEMPOTENCY_KEY_PARAMETER } : {}),
          ...(versioned ? { 'If-Match': IF_MATCH_PARAMETER } : {}),
          'Simlane-Account': ACCOUNT_PARAMETER,
        },
        required: [...(keyed ? ['Idempotency-Key'] : []), ...(versioned ? ['If-Match'] : [])],
      };
      return { schema: { ...schema, ...closedBody(schema), headers }, url };
    },
    transformObject: jsonSchemaTransformObject,
  });
  let document: string | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, (_request, reply) => {
    document ??= JSON.stringify(app.swagger());
    reply.type('application/json').serializer((text: unknown) => String(text));
    return document;
  });
  await app.register(reference, {
    routePrefix: '/reference',
    configuration: {
      url: '/openapi.json',
      title: info.title,
      // Nothing is loaded from, or told to, anybody else.
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      agent: { disabled: true },
      mcp: { disabled: true },
      showDeveloperTools: 'never',
      authentication: { preferredSecurityScheme: 'bearer' },
      proxyUrl: '',
    },
  });
};
