import type { ProblemCode } from '#contracts';
import { Refuses } from '#platform';
import { applyDecorators, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { ZodType } from 'zod';

/** What a route answers and how it is described. */
export interface ManagedRoute {
  readonly summary: string;
  readonly view: ZodType;
  /** What its business refuses. */
  readonly refuses?: readonly ProblemCode[];
}

/** Routes of things that somebody makes, lists, changes and withdraws under versions. */
export function MakeRoute({ summary, view, refuses = [] }: ManagedRoute): MethodDecorator {
  return applyDecorators(
    Post(),
    Refuses(...refuses),
    ApiOperation({ summary }),
    ApiCreatedResponse({ standardSchema: view }),
  );
}

export function ListRoute({ summary, view }: ManagedRoute): MethodDecorator {
  return applyDecorators(Get(), ApiOperation({ summary }), ApiOkResponse({ standardSchema: view }));
}

export function ReadRoute(path: string, { summary, view, refuses = [] }: ManagedRoute): MethodDecorator {
  return applyDecorators(
    Get(path),
    Refuses(...refuses),
    ApiOperation({ summary }),
    ApiOkResponse({ standardSchema: view }),
  );
}

/** Its handler takes `@RequiredIfMatch()`. */
export function ChangeRoute(path: string, route: ManagedRoute): MethodDecorator {
  return applyDecorators(Patch(path), ...versioned(route));
}

/** Its handler takes `@IfMatch()`. */
export function ActionRoute(path: string, route: ManagedRoute): MethodDecorator {
  return applyDecorators(Post(path), HttpCode(200), ...versioned(route));
}

function versioned({ summary, view, refuses = [] }: ManagedRoute): MethodDecorator[] {
  return [
    Refuses(...refuses, 'wrong_state', 'version_conflict'),
    ApiOperation({ summary }),
    ApiOkResponse({ standardSchema: view }),
  ];
}
