// SHA-256, HMAC and Ed25519: the browser's own where it offers them, else noble's, loaded when needed
// (plain HTTP has no crypto.subtle, older browsers no Ed25519).
type Bytes = Uint8Array<ArrayBuffer>;

export interface Hashing {
  sha256(data: Bytes): Promise<Bytes>;
  hmacSha256(key: Bytes, data: Bytes): Promise<Bytes>;
  ed25519(key: Bytes, signature: Bytes, data: Bytes): Promise<boolean>;
}

function native(subtle: SubtleCrypto): Hashing {
  return {
    sha256: async (data) => new Uint8Array(await subtle.digest("SHA-256", data)),
    async hmacSha256(key, data) {
      const hmac = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      return new Uint8Array(await subtle.sign("HMAC", hmac, data));
    },
    async ed25519(key, signature, data) {
      const known = await subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
      return subtle.verify("Ed25519", known, signature, data);
    },
  };
}

export async function portable(): Promise<Hashing> {
  const { ed25519, hmac, sha256 } = await import("./noble");
  return {
    sha256: async (data) => sha256(data) as Bytes,
    hmacSha256: async (key, data) => hmac(sha256, key, data) as Bytes,
    ed25519: async (key, signature, data) =>
      key.length === 32 && signature.length === 64 && ed25519.verify(signature, data, key, { zip215: false }),
  };
}

async function offered(): Promise<Hashing> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return portable();
  try {
    // RFC 8032 §7.1, test 1: its key is a point, so that the import fails only where Ed25519 does.
    const key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    const bytes = Uint8Array.from(key.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    await subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
    return native(subtle);
  } catch {
    return portable();
  }
}

let known: Promise<Hashing> | null = null;
export const hashing = (): Promise<Hashing> => (known ??= offered());
