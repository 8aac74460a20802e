import type { Scenario } from './scenario.js';

/** Owners look at their list now and then: what counts is how long one waits, not how many pages go out in a second. */
const CONNECTIONS = 2;
/** Before the newest coupon of the last page. */
const NEAR_THE_END = '2026-01-01T00:22:00.000Z';

/** @param query of the list, with the page that is asked for */
function managePage(id: string, query: string): Scenario {
  return {
    id,
    prepare: async (stage) => {
      const { program, token } = await stage.manage();
      return {
        plan: {
          ports: [program.port],
          connections: CONNECTIONS,
          method: 'GET',
          path: `/v1/coupons?limit=20&${query}`,
          token,
          couponIds: [''],
          spread: 'one-after-another',
        },
        expected: '200',
        subject: program,
        programs: { node: [program.pid] },
        check: () => Promise.resolve([]),
      };
    },
  };
}

const lastPage = Buffer.from(
  JSON.stringify({
    sort: 'newest',
    place: 0,
    at: NEAR_THE_END,
    couponId: '01980a5e-7c00-7000-8000-000000000006',
  }),
).toString('base64url');

export const manageFirst = managePage('manage-list', 'sort=newest');
export const manageLast = managePage('manage-last', `sort=newest&cursor=${lastPage}`);
export const manageSearch = managePage(
  'manage-search',
  'search=cokolada&status=active&status=disabled&sort=edited',
);
