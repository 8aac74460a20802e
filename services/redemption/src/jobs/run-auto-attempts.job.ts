import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { RunAutoAttempts } from '../use-cases/run-auto-attempts.js';

/** How late a due attempt, or one whose cause has cleared, is noticed at most. */
const EVERY_MS = 1_000;

/** A wake-up only; leases settle who works on what, so every replica may run it. */
@Injectable()
export class RunAutoAttemptsJob {
  constructor(private readonly runAutoAttempts: RunAutoAttempts) {}

  @Interval(EVERY_MS)
  wake(): void {
    this.runAutoAttempts.nudge();
  }
}
