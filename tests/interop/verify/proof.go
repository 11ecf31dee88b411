// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// strict is base64 that can be written in one way only; note's own decoder is not so strict.
var strict = base64.StdEncoding.Strict()

// openCheckpoint verifies a signed checkpoint (C2SP tlog-checkpoint) with note.Open.
func openCheckpoint(msg []byte, verifier note.Verifier) (tlog.Tree, error) {
	var tree tlog.Tree
	opened, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	for _, sig := range append(opened.Sigs, opened.UnverifiedSigs...) {
		if !bytes.Contains(msg, []byte("— "+sig.Name+" "+sig.Base64+"\n")) {
			return tree, errors.New("a signature line in another form")
		}
		if _, err := strict.DecodeString(sig.Base64); err != nil {
			return tree, err
		}
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tree, errors.New("not a checkpoint of this log")
	}
	n, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != lines[1] {
		return tree, errors.New("not a size")
	}
	root, err := strict.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tree, errors.New("not a root")
	}
	tree.N = n
	copy(tree.Hash[:], root)
	return tree, nil
}

// proofFile is a C2SP tlog-proof, taken apart.
type proofFile struct {
	index      int64
	path       tlog.RecordProof
	checkpoint []byte
}

func parseProof(file []byte) (*proofFile, error) {
	head, checkpoint, found := strings.Cut(string(file), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return nil, errors.New("not a proof file")
	}
	number := strings.TrimPrefix(lines[1], "index ")
	index, err := strconv.ParseInt(number, 10, 64)
	if err != nil || "index "+strconv.FormatInt(index, 10) != lines[1] {
		return nil, errors.New("not an index")
	}
	proof := &proofFile{index: index, checkpoint: []byte(checkpoint)}
	for _, line := range lines[2:] {
		hash, err := strict.DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return nil, errors.New("not a hash")
		}
		proof.path = append(proof.path, tlog.Hash{})
		copy(proof.path[len(proof.path)-1][:], hash)
	}
	return proof, nil
}

// checkProof is all that an outsider does with a proof and a record.
func checkProof(file, record []byte, verifier note.Verifier) error {
	proof, err := parseProof(file)
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(proof.checkpoint, verifier)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(record, []byte(fmt.Sprintf(`{"seq":%d,`, proof.index))) {
		return errors.New("the record has another number")
	}
	return tlog.CheckRecord(proof.path, tree.N, tree.Hash, proof.index, tlog.RecordHash(record))
}
