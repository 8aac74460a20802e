import { describe, expect, it } from '@jest/globals';
import { refusalOfContent } from './content-type.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('what an upload is, by its first bytes', () => {
  it.each([
    ['PNG', '\x89PNG\r\n\x1a\n...', null],
    ['JPEG', '\xff\xd8\xff\xe0....', null],
    ['WebP', 'RIFF\x10\0\0\0WEBPVP8 ', null],
    ['a wave file, which is RIFF too', 'RIFF\x10\0\0\0WAVEfmt ', 'image_type_unsupported'],
    ['the beginning of PNG only', '\x89PNG\r\n', 'image_type_unsupported'],
    ['GIF', 'GIF89a', 'image_type_unsupported'],
    ['PDF', '%PDF-1.7', 'image_type_unsupported'],
    ['nothing', '', 'image_type_unsupported'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', 'image_is_svg'],
    [
      'SVG after a byte order mark and a comment',
      '\xef\xbb\xbf <?xml version="1.0"?><!-- x --><SVG>',
      'image_is_svg',
    ],
    ['a page that has none', '<html><p>svg</p></html>', 'image_type_unsupported'],
  ])('%s', (_name, content, refusal) => {
    expect(refusalOfContent(bytes(content))).toBe(refusal);
  });
});
