import { describe, expect, it } from '@jest/globals';
import { routeOf } from './route-of.js';

const coupon = '01980a5e-7c00-7000-8000-000000000006';

describe('routeOf', () => {
  it.each([
    ['/catalog/v1/coupons', 'catalog', '/v1/coupons'],
    ['/catalog/v1/coupons?limit=5&cursor=a%2Fb', 'catalog', '/v1/coupons?limit=5&cursor=a%2Fb'],
    ['/targeting/v1/channels/x/followers/y', 'targeting', '/v1/channels/x/followers/y'],
    ['/notification/v1/inbox/stream', 'notification', '/v1/inbox/stream'],
    ['/scheduler/v1/operations/dead-letters', 'scheduler', '/v1/operations/dead-letters'],
    ['/s/7Gk2mQxR9bTz', 'catalog', '/v1/shared/7Gk2mQxR9bTz'],
    ['/auth/token/owner', 'issuer', '/token/owner'],
    ['/catalog/v1/coupons/%C4%8D', 'catalog', '/v1/coupons/%C4%8D'],
  ])('sends %s to %s as %s', (target, upstream, path) => {
    expect(routeOf(target)).toMatchObject({ upstream, path });
  });

  it('keeps requests for one coupon together at redemption, however its id is written', () => {
    expect(routeOf(`/redemption/v1/coupons/${coupon}/redemptions`)).toMatchObject({ affinity: coupon });
    expect(routeOf(`/redemption/v1/coupons/${coupon.toUpperCase()}`)).toMatchObject({ affinity: coupon });
  });

  it('keeps scans of one coupon together with its other requests by what the query says of it', () => {
    const asked = `/redemption/v1/scans?couponId=${coupon.toUpperCase()}`;
    expect(routeOf(asked)).toMatchObject({ affinity: coupon, path: asked.slice('/redemption'.length) });
    expect(routeOf(`/redemption/v1/code-redemptions?x=1&couponId=${coupon}`)).toMatchObject({
      affinity: coupon,
    });
    expect(routeOf(`/redemption/v1/coupons/${coupon}/redemptions?couponId=other`)).toMatchObject({
      affinity: coupon,
    });
  });

  it.each([
    '/redemption/v1/operations/dead-letters',
    '/redemption/v1/scans',
    '/redemption/v1/scans?couponId=',
    `/catalog/v1/coupons?couponId=${coupon}`,
    `/catalog/v1/coupons/${coupon}`,
    '/redemption/v1/coupons/',
  ])('leaves %s to any replica', (target) => expect(routeOf(target)).not.toHaveProperty('affinity'));

  it('tells event streams from other requests', () => {
    expect(routeOf('/notification/v1/inbox/stream?from=1')).toMatchObject({ streams: true });
    expect(routeOf('/notification/v1/inbox')).toMatchObject({ streams: false });
  });

  it.each([
    '/',
    '/catalog',
    '/catalog/v1',
    '/s',
    '/s/7Gk2mQxR9bTz/more',
    '/catalog/health/live',
    '/catalog/health/ready',
    '/catalog/metrics',
    '/catalog/v2/coupons',
    '/Catalog/v1/coupons',
    '/front-door/v1/x',
    '/__proto__/v1/x',
  ])('knows no way to %s', (target) => expect(routeOf(target)).toBe('unknown'));

  it.each([
    '/catalog/v1/../metrics',
    '/catalog/v1/./metrics',
    '/catalog/v1/%2e%2e/metrics',
    '/catalog/v1/%2E%2E/metrics',
    '/catalog/v1/.%2e/metrics',
    '/catalog/v1/..;/metrics',
    '/catalog/v1/.../metrics',
    '/catalog/v1/%252e%252e/metrics',
    '/catalog/v1/..%2fmetrics',
    '/catalog/v1/x%2F..%2Fmetrics',
    '/catalog/v1/..\\metrics',
    '/catalog/v1/x%5c..%5Cmetrics',
    '/catalog/v1//metrics',
    '//catalog/v1/coupons',
    '/catalog/v1/coupons%00',
    '/catalog/v1/coupons%0d%0aX-Injected:1',
    '/catalog/v1/cou pons',
    '/catalog/v1/coupons%',
    '/catalog/v1/coupons%zz',
    '/catalog/v1/coupons#metrics',
    '/catalog%2fv1/coupons',
    'http://catalog/v1/coupons',
    'catalog/v1/coupons',
    '*',
    '',
  ])('refuses %j as unsafe', (target) => expect(routeOf(target)).toBe('unsafe'));
});
