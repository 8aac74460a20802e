import { type HeaderTexts, type RecordText, RecordWriter } from './record-writer.js';

/** Headers that several records have in common, encoded once for all of them. */
export class SharedHeaders {
  static readonly none = new SharedHeaders({});
  readonly count: number;
  readonly bytes: Uint8Array;

  constructor(readonly headers: HeaderTexts) {
    const names = Object.keys(headers);
    const writer = new RecordWriter(1_024);
    writer.headers(headers, names);
    this.count = names.length;
    this.bytes = writer.written();
  }
}

/** A message of ours, as kafkajs hands it through from our producer to our encoder. */
export class OutgoingRecord implements RecordText {
  /** @param headers its own; none has the name of a shared one */
  constructor(
    readonly key: string,
    readonly value: string,
    readonly headers: HeaderTexts,
    readonly shared: SharedHeaders = SharedHeaders.none,
  ) {}
}
