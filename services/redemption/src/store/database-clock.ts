import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** The clock that decides: the database's, read after the locks, to the millisecond. */
@Injectable()
export class DatabaseClock {
  async now(tx: EntityManager): Promise<Date> {
    const rows: { now: Date }[] = await tx.query('SELECT octopus_now()::timestamptz(3) AS now');
    const now = rows[0]?.now;
    if (!now) throw new Error('octopus_now() gave nothing: the platform migration is missing');
    return now;
  }
}
