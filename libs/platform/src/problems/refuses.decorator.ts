import { ApiExtension } from '@nestjs/swagger';
import type { ProblemCode } from '#contracts';

/** Documents the refusals of a route's own business; those of every route are documented anyway. */
export function Refuses(...codes: ProblemCode[]): ClassDecorator & MethodDecorator {
  return ApiExtension('x-problems', codes) as ClassDecorator & MethodDecorator;
}
