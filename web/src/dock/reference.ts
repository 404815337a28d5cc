// The short reference of a receipt: made of the key, so that it is there before the server knows.

const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's: no I, L, O, U to mistake.

/** Forty bits of the key as "7K3F-9QX2". */
export function referenceOf(key: string): string {
  let bits = BigInt(`0x${key.slice(0, 10)}`);
  let text = "";
  for (let i = 0; i < 8; ++i) {
    text = (letters[Number(bits & 31n)] ?? "") + text;
    bits >>= 5n;
  }
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

/** What the code of a receipt says: a link that any phone opens, and that the scan box reads. */
export const linkOf = (origin: string, shipment: string, ref: string): string =>
  `${origin}/#/dock?shipment=${encodeURIComponent(shipment)}&ref=${ref}`;
