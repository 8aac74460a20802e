import type { ExpiryReminder } from '#contracts';
import type { KnownTexts } from './compose-message.js';
import { neutralNames, renderMessage } from './render-message.js';

export type ReminderText =
  /** `none`: the coupon has no reminder any more. `unheard`: its text, as new as the reminder asks for, has not arrived. */
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'none' } | { readonly kind: 'unheard' };

/** A name that is not known yet is not waited for: whoever holds a coupon has been told of long before. */
export function composeReminder(
  known: KnownTexts,
  { couponVersion, validUntil, timeZone }: Pick<ExpiryReminder, 'couponVersion' | 'validUntil' | 'timeZone'>,
): ReminderText {
  const { coupon } = known;
  if (coupon === undefined || coupon.version < couponVersion) return { kind: 'unheard' };
  if (coupon.reminder === undefined) return { kind: 'unheard' };
  if (coupon.reminder === null) return { kind: 'none' };
  const text = renderMessage(coupon.reminder, {
    'coupon.name': coupon.name,
    'user.name': known.userName ?? neutralNames['user.name'],
    'channel.name': known.channelName ?? neutralNames['channel.name'],
    'valid.until': toldTo(validUntil, timeZone),
    // Whoever is short of points is not reminded (D14).
    'points.missing': '0',
  });
  return { kind: 'text', text };
}

/** 22 December 2026 at 10:00, on the user's own clock. */
function toldTo(instant: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone });
  return format.format(new Date(instant));
}
