// SPDX-License-Identifier: Apache-2.0

// Verify checks an audit log and proofs of its records with golang.org/x/mod/sumdb alone: note for
// signatures, tlog for tree, tiles and proofs.
//
//	usage: verify VKEY AUDIT KEPT PROOFS FLIPPED
//
// VKEY is the log's public key, AUDIT its folder, KEPT a folder of checkpoints of before, PROOFS has
// N.proof and N.json for some records. Each proof is checked, and once more with one bit flipped,
// which FLIPPED gets: another verifier may look at those too.
package main

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, "verify: "+format+"\n", args...)
	os.Exit(1)
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	if err != nil {
		fail("%v", err)
	}
	return data
}

// flip returns the file with one bit flipped that means something: not one in the name of a
// signature's line, which would only make it somebody else's.
func flip(file []byte, dice *rand.Rand) []byte {
	other := append([]byte(nil), file...)
	at := dice.Intn(len(other))
	other[at] ^= 1 << uint(dice.Intn(8))
	return other
}

func checkLog(dir string, verifier note.Verifier) (tlog.Tree, tlog.HashReader) {
	tree, err := openCheckpoint(read(filepath.Join(dir, "checkpoint")), verifier)
	if err != nil {
		fail("checkpoint: %v", err)
	}
	fromRecords, err := readRecords(dir, tree.N)
	if err != nil {
		fail("%v", err)
	}
	root, err := tlog.TreeHash(tree.N, fromRecords)
	if err != nil || root != tree.Hash {
		fail("the records have root %v, signed is %v (%v)", root, tree.Hash, err)
	}
	reader := tlog.TileHashReader(tree, tiles{dir})
	root, err = tlog.TreeHash(tree.N, reader)
	if err != nil || root != tree.Hash {
		fail("the tiles have root %v, signed is %v (%v)", root, tree.Hash, err)
	}
	n, err := compareTiles(dir, tree.N, fromRecords)
	if err != nil {
		fail("%v", err)
	}
	fmt.Printf("go: %d records, signed by %s: root from records and from tiles, %d tiles\n", tree.N,
		verifier.Name(), n)
	return tree, reader
}

func checkGrowth(kept string, last tlog.Tree, reader tlog.HashReader, verifier note.Verifier,
	dice *rand.Rand) {
	trees := []tlog.Tree{}
	files, _ := filepath.Glob(filepath.Join(kept, "*"))
	for _, file := range files {
		tree, err := openCheckpoint(read(file), verifier)
		if err != nil {
			fail("%s: %v", file, err)
		}
		trees = append(trees, tree)
	}
	trees = append(trees, last)
	sort.Slice(trees, func(i, k int) bool { return trees[i].N < trees[k].N })
	proven, refused := 0, 0
	for i, from := range trees {
		for _, to := range trees[i+1:] {
			proof, err := tlog.ProveTree(to.N, from.N, reader)
			if err != nil {
				fail("%d to %d: %v", from.N, to.N, err)
			}
			if err := tlog.CheckTree(proof, to.N, to.Hash, from.N, from.Hash); err != nil {
				fail("%d to %d: %v", from.N, to.N, err)
			}
			proven++
			if len(proof) == 0 {
				continue
			}
			at := dice.Intn(len(proof))
			proof[at][dice.Intn(tlog.HashSize)] ^= 1 << uint(dice.Intn(8))
			if tlog.CheckTree(proof, to.N, to.Hash, from.N, from.Hash) == nil {
				fail("%d to %d: accepted with a bit flipped", from.N, to.N)
			}
			refused++
		}
	}
	fmt.Printf("go: %d checkpoints kept, %d consistency proofs between them, %d refused with a bit "+
		"flipped\n", len(trees)-1, proven, refused)
}

// checkProofs checks each proof file, then one with a bit of its hashes flipped, then one with any
// bit of the file flipped.
func checkProofs(dir, flipped string, reader tlog.HashReader, verifier note.Verifier,
	dice *rand.Rand) {
	files, _ := filepath.Glob(filepath.Join(dir, "*.proof"))
	refused := 0
	for _, file := range files {
		good, record := read(file), read(strings.TrimSuffix(file, "proof")+"json")
		if err := checkProof(good, record, verifier); err != nil {
			fail("%s: %v", file, err)
		}
		proof, _ := parseProof(good)
		tree, _ := openCheckpoint(proof.checkpoint, verifier)
		ours, err := tlog.ProveRecord(tree.N, proof.index, reader)
		if err != nil || fmt.Sprint(ours) != fmt.Sprint(proof.path) {
			fail("%s: go makes another proof of it (%v)", file, err)
		}
		if len(proof.path) > 0 {
			at := dice.Intn(len(proof.path))
			proof.path[at][dice.Intn(tlog.HashSize)] ^= 1 << uint(dice.Intn(8))
			if tlog.CheckRecord(proof.path, tree.N, tree.Hash, proof.index,
				tlog.RecordHash(record)) == nil {
				fail("%s: accepted with a bit of a hash flipped", file)
			}
		}
		bad := flip(good, dice)
		if checkProof(bad, record, verifier) == nil {
			fail("%s: accepted with a bit flipped", file)
		}
		if os.WriteFile(filepath.Join(flipped, filepath.Base(file)), bad, 0o600) != nil {
			fail("cannot write to %s", flipped)
		}
		refused++
	}
	fmt.Printf("go: %d inclusion proofs, the same that go makes; %d refused with a bit of a hash "+
		"flipped, %d with any bit\n", len(files), refused, refused)
	if len(files) == 0 {
		fail("no proofs")
	}
}

func main() {
	if len(os.Args) != 6 {
		fail("usage: verify VKEY AUDIT KEPT PROOFS FLIPPED")
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(os.Args[1]))))
	if err != nil {
		fail("%s: %v", os.Args[1], err)
	}
	dice := rand.New(rand.NewSource(20261122))
	tree, reader := checkLog(os.Args[2], verifier)
	checkGrowth(os.Args[3], tree, reader, verifier, dice)
	checkProofs(os.Args[4], os.Args[5], reader, verifier, dice)
}
