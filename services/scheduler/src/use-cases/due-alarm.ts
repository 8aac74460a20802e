import { Injectable } from '@nestjs/common';

/** Rings when something new may be due soon, so that nobody need look all the time. */
@Injectable()
export class DueAlarm {
  #wake: () => void = () => undefined;

  /** One listener: the job that announces. */
  onRing(wake: () => void): void {
    this.#wake = wake;
  }

  ring(): void {
    this.#wake();
  }
}
