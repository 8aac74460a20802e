import { describe, expect, it } from '@jest/globals';
import type { CouponView } from '#contracts';
import { couponCsv } from './coupon-csv.js';

async function nameCell(name: string): Promise<string> {
  async function* one() {
    yield [{ couponId: 'id', channelId: 'channel', name, type: 'qr' } as CouponView];
  }
  let text = '';
  for await (const piece of couponCsv(one())) text += piece;
  const body = text.slice(text.indexOf('\r\n') + 2);
  return body.slice('id,channel,'.length, body.indexOf(',qr,'));
}

describe('a name in the CSV', () => {
  it.each([
    ['Free espresso', 'Free espresso'],
    ['Ein "Espresso", bitte', '"Ein ""Espresso"", bitte"'],
    ['two\nlines', '"two\nlines"'],
    ['1+1', '1+1'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['  =1', "'  =1"],
    ['\u00a0=1', "'\u00a0=1"],
    ['＝1', "'＝1"],
    ['=HYPERLINK("http://evil.example","x")', '"\'=HYPERLINK(""http://evil.example"",""x"")"'],
    ['\r=1', '"\'\r=1"'],
  ])('%j is written %j', async (name, cell) => {
    expect(await nameCell(name)).toBe(cell);
  });
});
