#include "ledger/evidence_bundle.hpp"

namespace chipledger {

std::string_view evidence_readme()
{
    return R"(EVIDENCE FROM A CHIPLEDGER LOG

What is in here
  entries.ndjson  the entries, ascending by position, a line each: the bytes that were recorded
  proofs.ndjson   for each entry, in the same order: its position, its 32-byte salt, and the hashes
                  that lead from it to the root of the log
  checkpoint      a head of the log, signed (c2sp.org/tlog-checkpoint)
  schemas/        JSON Schema (2020-12) of an entry and of each type of event
  about.json      what was asked for, with whose rights, as of which entry
  SHA256SUMS      SHA-256 of every other file in here, as sha256sum writes them

Whom to trust
  A bundle cannot vouch for itself, so the log's verifier key (c2sp.org/signed-note) is not in it.
  Get it by another way: from the log's operator, from your own records, from GET /v1/log/key.
  What follows shows that whoever holds that key signed these entries into the log.

How to check it with any tools
  Base64 is that of RFC 4648 section 4, || joins bytes, H is SHA-256.

  1. Unpack it into an empty folder; run "sha256sum --strict -c SHA256SUMS". Nothing else may be in
     the folder.

  2. A verifier key is NAME+ID+BASE64. The base64 is of 33 bytes: 0x01 and an Ed25519 public key
     (RFC 8032). ID is the first 4 bytes of H(NAME || 0x0a || the 33 bytes), in hexadecimal.

  3. A checkpoint is a text, an empty line, and signatures. The text, with the newline at its end,
     is what is signed; its lines are: origin (the key's NAME), size of the log, root in base64.
     A signature line is an em dash, a space, NAME, a space, BASE64 of the key's 4 ID bytes and the
     64 bytes of the Ed25519 signature. One of the lines must be of the key, and hold.

  4. For each line of entries.ndjson, and the line of proofs.ndjson beside it:
       bytes = the line without its newline
       entry = 0x01 || HMAC-SHA256(key: salt, message: "chipledger/leaf/v1" || 0x0a || bytes)
       hash  = H(0x00 || entry)
     Check that the entry's "position" is that of the proof, and that positions ascend. The hashes
     of "path" lead from hash to the root (RFC 9162 section 2.1.3.2):
       fn = position - 1, sn = size - 1, r = hash
       for each p of the path:  stop as broken when sn is 0
         when fn is odd or fn = sn:  r = H(0x01 || p || r); then, while fn is even and not 0,
                                     halve fn and sn
         else:                       r = H(0x01 || r || p)
         halve fn and sn, rounding down
       at the end sn is 0 and r is the root.

  5. Each line of entries.ndjson is valid under schemas/entry.json.

Or: chipledger verify --evidence FILE --vkey KEYFILE

What it shows, and what it does not
  Every entry in here stands in the signed log, at its place, with these bytes. It does not show
  that no other entry fits what was asked for, unless the positions have no gap in the range. Salts
  open only the entries that are in here; the hashes tell nothing about others.
)";
}

}  // namespace chipledger
