import { Injectable } from '@nestjs/common';

/** The process's clock, injected so that tests can hand in another. Decisions on data use the database's clock instead. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
