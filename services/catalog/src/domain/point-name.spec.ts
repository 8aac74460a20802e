import { describe, expect, it } from '@jest/globals';
import { pointName as contract, sampleIds } from '#contracts';
import { type PointName, pointNameFact, renamed, withdrawn } from './point-name.js';

function aPointName(fields: Partial<PointName> = {}): PointName {
  return {
    pointNameId: sampleIds.pointName,
    partnerId: sampleIds.partner,
    programmeId: null,
    name: 'coin',
    removed: false,
    version: 2,
    ...fields,
  };
}

describe('a point name', () => {
  it('is renamed, one version on', () => {
    const token = aPointName({ name: 'token', version: 3 });
    expect(renamed(aPointName(), 'token', 2)).toEqual({ accepted: true, value: token });
  });

  it('stays itself under the name that it has, whatever the version', () => {
    const pointName = aPointName();
    const decision = renamed(pointName, 'coin', 1);
    expect(decision.accepted && decision.value).toBe(pointName);
  });

  it('is withdrawn once', () => {
    expect(withdrawn(aPointName(), 2)).toMatchObject({ value: { removed: true, version: 3 } });
    expect(withdrawn(aPointName({ removed: true }), 2)).toMatchObject({ refusal: { code: 'wrong_state' } });
    expect(renamed(aPointName({ removed: true }), 'x', 2)).toMatchObject({
      refusal: { code: 'wrong_state' },
    });
  });

  it.each([1, 3])('is not changed from version %i when it is at 2', (expected) => {
    const conflict = { refusal: { code: 'version_conflict' } };
    expect(renamed(aPointName(), 'x', expected)).toMatchObject(conflict);
    expect(withdrawn(aPointName(), expected)).toMatchObject(conflict);
  });

  it.each([null, sampleIds.programme])('is told as the contract has it: programme %j', (programmeId) => {
    const fact = pointNameFact(aPointName({ programmeId }));
    expect(contract.parse(fact)).toEqual(fact);
    expect(fact.kind).toBe(programmeId === null ? 'standalone' : 'loyalty');
  });
});
