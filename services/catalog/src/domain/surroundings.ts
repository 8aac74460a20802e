import type { AddonUnits } from '#contracts';

/** A point name as far as terms of coupons are concerned. */
export interface KnownPointName {
  readonly pointNameId: string;
  readonly partnerId: string;
  /** null = standalone */
  readonly programmeId: string | null;
  readonly name: string;
  readonly removed: boolean;
}

export interface KnownProgramme {
  readonly programmeId: string;
  readonly levelIds: readonly string[];
  readonly partnerId: string;
  readonly removed: boolean;
}

/** The image that the coupon had when the storage was asked, just before. */
export interface SeenImage {
  readonly imageId: string;
  /** It is one of the tenant's. */
  readonly isKnown: boolean;
  /** Every rendition is in the storage. */
  readonly isWhole: boolean;
}

export interface KnownTrigger {
  readonly triggerId: string;
  /** null = costs nothing */
  readonly cost: AddonUnits | null;
  readonly offered: boolean;
  /** Accounts that may use it; null = all. */
  readonly partnerIds: readonly string[] | null;
  readonly removed: boolean;
}

/** A published automatic coupon that has both a price and a bonus, and may still be redeemed. */
export interface AutoCoupon {
  readonly couponId: string;
  readonly name: string;
  /** Id of the point name that it takes. */
  readonly takes: string;
  /** Id of the point name that it gives. */
  readonly gives: string;
}

/** What publication looks at besides the coupon itself. Where nothing is known by an id, it is not among these. */
export interface Surroundings {
  /** Zone of the coupon's channel, taken over at publication. */
  readonly timeZone: string;
  /** Account of the coupon's channel. */
  readonly partnerId: string;
  /** Those that the coupon's price and bonus name. */
  readonly pointNames: readonly KnownPointName[];
  /** The one that the coupon names, and those of its point names. */
  readonly programmes: readonly KnownProgramme[];
  readonly trigger: KnownTrigger | null;
  readonly image: SeenImage | null;
  /** All of the tenant, as long as no other can be published: read under the tenant's lock. Empty for other types. */
  readonly autoCoupons: readonly AutoCoupon[];
}
