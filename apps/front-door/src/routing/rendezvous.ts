/**
 * Highest random weight hashing: the members in the order in which they serve `key`. The same everywhere for the same
 * members, and when one leaves, only its own keys move (each to the next in its order).
 */
export function rendezvousOrder<Member extends string>(members: readonly Member[], key: string): Member[] {
  return members
    .map((member) => ({ member, weight: weight(`${member}\n${key}`) }))
    .sort((a, b) => b.weight - a.weight || (a.member < b.member ? -1 : 1))
    .map(({ member }) => member);
}

/** FNV-1a over the characters, then MurmurHash3's finaliser, without which similar keys get similar weights. */
function weight(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
