import { Catch, type INestApplication, type RpcExceptionFilter } from '@nestjs/common';
import type { NestMicroservice } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';
import { KafkaEventServer } from './kafka-event-server.js';

/** Nest would turn whatever a consumer throws into "Internal server error"; the pipeline must see what it was. */
@Catch()
class LetErrorsThrough implements RpcExceptionFilter<unknown> {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * Connects the service's consumers to the application, in place of `app.connectMicroservice`; they start with
 * `app.startAllMicroservices()`. The HTTP side's global guards, pipes and filters do not apply to them.
 */
export function connectEventServer(app: INestApplication): KafkaEventServer {
  const server = app.get(KafkaEventServer);
  // Deferred, so that the filter is there before the consumers are looked up; then what Nest does when not deferred.
  const microservice = app.connectMicroservice(
    { strategy: server },
    { deferInitialization: true },
  ) as NestMicroservice;
  microservice.useGlobalFilters(new LetErrorsThrough());
  microservice.registerListeners();
  microservice.setIsInitialized(true);
  microservice.setIsInitHookCalled(true);
  server.expectOriginalErrors();
  return server;
}
