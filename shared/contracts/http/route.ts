import type { z } from 'zod';
import type { Permission, ServiceName } from '../permissions.ts';
import type { ProblemCode } from '../problems.ts';

type Shape = z.ZodObject;

/** What a route takes and gives, written once: the server validates with it, clients are typed by it, the reference is made from it. */
interface RouteShape {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The whole path with its prefix, parameters as `:name`. */
  readonly path: `/${string}`;
  /** A few words, as a heading. */
  readonly summary: string;
  readonly description?: string;
  readonly params?: Shape;
  readonly query?: Shape;
  readonly body?: z.ZodType;
  readonly status: 200 | 201 | 202 | 204;
  readonly answer: z.ZodType;
  /** A GET that is itself recorded, as disclosures are. */
  readonly records?: true;
  /** The problems of this route beyond those that any route can answer with. */
  readonly problems?: readonly ProblemCode[];
}

/** A route for users, API clients and operations; the permission is checked before the body is looked at. */
export interface PublicRoute extends RouteShape {
  readonly tag: string;
  readonly permission: Permission;
  /** A POST that makes something: the `Idempotency-Key` header is required. */
  readonly idempotencyKey?: true;
  /** An edit that two people could make at once: the `If-Match` header with the version that was read is required. */
  readonly ifMatch?: true;
}

/** A route on the internal port, for those of our own processes that it names. */
export interface InternalRoute extends RouteShape {
  readonly path: `/internal/${string}`;
  readonly callers: readonly ServiceName[];
}

export type RouteContract = PublicRoute | InternalRoute;

export const publicRoute = <const R extends PublicRoute>(route: R): R => route;
export const internalRoute = <const R extends InternalRoute>(route: R): R => route;

type Output<T> = T extends z.ZodType ? z.output<T> : undefined;
type Input<T> = T extends z.ZodType ? z.input<T> : undefined;

export type RouteParams<R extends RouteContract> = Output<R['params']>;
export type RouteQuery<R extends RouteContract> = Output<R['query']>;
export type RouteBody<R extends RouteContract> = Output<R['body']>;
/** What the handler returns and, once read back, the client gets. */
export type RouteAnswer<R extends RouteContract> = z.output<R['answer']>;
/** What a client passes. */
export type RouteRequest<R extends RouteContract> = (R['params'] extends z.ZodType
  ? { params: Input<R['params']> }
  : unknown) &
  (R['query'] extends z.ZodType ? { query: Input<R['query']> } : unknown) &
  (R['body'] extends z.ZodType ? { body: Input<R['body']> } : unknown);
