// SPDX-License-Identifier: Apache-2.0
//
// sigstore.js - check proofs of records with the inclusion proofs of npm's @sigstore/verify.
//
// usage: node sigstore.js NODE_MODULES PROOFS     PROOFS has N.proof and N.json for some records
//
// Its verifier is not exported by itself: it is loaded by its path in the package.
'use strict';
const fs = require('fs');
const path = require('path');

const [modules, proofs] = process.argv.slice(2);
const home = path.join(path.resolve(modules), '@sigstore', 'verify');
const { verifyMerkleInclusion } = require(path.join(home, 'dist', 'tlog', 'merkle.js'));
const { version } = JSON.parse(fs.readFileSync(path.join(home, 'package.json')));

// A C2SP tlog-proof: index, hashes, and the checkpoint's size and root. Signatures are another
// verifier's matter.
function read(file) {
  const [head, checkpoint] = fs.readFileSync(file, 'utf8').split('\n\n');
  const [magic, index, ...hashes] = head.split('\n');
  if (magic !== 'c2sp.org/tlog-proof@v1') throw new Error(`${file} is no proof`);
  const [, size, root] = checkpoint.split('\n');
  return {
    entry: {
      inclusionProof: {
        logIndex: index.replace('index ', ''),
        hashes: hashes.map((hash) => Buffer.from(hash, 'base64')),
      },
      canonicalizedBody: fs.readFileSync(file.replace(/proof$/, 'json')),
    },
    checkpoint: { logSize: BigInt(size), logHash: Buffer.from(root, 'base64') },
  };
}

function holds({ entry, checkpoint }) {
  try {
    verifyMerkleInclusion(entry, checkpoint);
    return true;
  } catch (error) {
    if (error.code !== 'TLOG_INCLUSION_PROOF_ERROR') throw error;
    return false;
  }
}

const files = fs.readdirSync(proofs).filter((name) => name.endsWith('.proof'));
files.forEach((name, i) => {
  const proof = read(path.join(proofs, name));
  if (!holds(proof)) throw new Error(`${name}: refused`);
  const { hashes } = proof.entry.inclusionProof;
  const hash = hashes[i % hashes.length];
  hash[(i * 7) % hash.length] ^= 1 << i % 8;
  if (holds(proof)) throw new Error(`${name}: accepted with a bit of a hash flipped`);
  hash[(i * 7) % hash.length] ^= 1 << i % 8;
  proof.entry.canonicalizedBody[(i * 13) % proof.entry.canonicalizedBody.length] ^= 1 << i % 8;
  if (holds(proof)) throw new Error(`${name}: accepted with a bit of the record flipped`);
});
if (files.length === 0) throw new Error('no proofs');
console.log(`@sigstore/verify ${version}: ${files.length} inclusion proofs, ${files.length} refused ` +
  `with a bit of a hash flipped, ${files.length} with a bit of the record flipped`);
