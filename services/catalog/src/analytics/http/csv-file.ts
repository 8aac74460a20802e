import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';

/** Sent piece by piece, as fast as it is taken. */
export function csvFile(name: string, pieces: AsyncIterable<string>): StreamableFile {
  return new StreamableFile(Readable.from(pieces, { objectMode: false }), {
    type: 'text/csv; charset=utf-8',
    disposition: `attachment; filename="${name}"`,
  });
}
