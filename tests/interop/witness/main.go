// SPDX-License-Identifier: Apache-2.0

// Witness is a witness (C2SP tlog-witness) of one log, on loopback, for a test: what it believes is
// verified by golang.org/x/mod/sumdb. It remembers nothing when it has ended.
//
//	usage: witness VKEY READY
//
// READY gets its public key and its URL, one a line.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const name = "witness.example/interop"

type witness struct {
	lock     sync.Mutex
	verifier note.Verifier // of the log
	private  ed25519.PrivateKey
	id       uint32
	tree     tlog.Tree // the last that it cosigned
	proofs   int       // consistency proofs that it has checked
}

// keyID is of an Ed25519 cosignature key: kind 4.
func keyID(public []byte) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n\x04"), public...))
	return binary.BigEndian.Uint32(sum[:])
}

func (w *witness) cosign(text string) string {
	now := uint64(time.Now().Unix())
	blob := binary.BigEndian.AppendUint32(nil, w.id)
	blob = binary.BigEndian.AppendUint64(blob, now)
	blob = append(blob, ed25519.Sign(w.private,
		[]byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", now, text)))...)
	return "— " + name + " " + base64.StdEncoding.EncodeToString(blob) + "\n"
}

// parse takes a request apart; false: it is none.
func parse(body string) (old int64, proof tlog.TreeProof, checkpoint string, ok bool) {
	head, checkpoint, found := strings.Cut(body, "\n\n")
	lines := strings.Split(head, "\n")
	old, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "old "), 10, 64)
	if !found || err != nil || fmt.Sprintf("old %d", old) != lines[0] || len(lines) > 64 {
		return 0, nil, "", false
	}
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return 0, nil, "", false
		}
		proof = append(proof, hash)
	}
	return old, proof, checkpoint, true
}

// readTree reads a checkpoint's text: name, size, root.
func readTree(text string) (string, tlog.Tree, error) {
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) != 4 {
		return "", tlog.Tree{}, fmt.Errorf("no checkpoint")
	}
	n, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return "", tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return lines[0], tlog.Tree{N: n, Hash: hash}, err
}

func (w *witness) judge(body string) (int, string) {
	old, proof, checkpoint, ok := parse(body)
	if !ok {
		return http.StatusBadRequest, ""
	}
	if !strings.HasPrefix(checkpoint, w.verifier.Name()+"\n") {
		return http.StatusNotFound, ""
	}
	opened, err := note.Open([]byte(checkpoint), note.VerifierList(w.verifier))
	if err != nil {
		return http.StatusForbidden, ""
	}
	_, tree, err := readTree(opened.Text)
	if err != nil || old > tree.N {
		return http.StatusBadRequest, ""
	}
	if old != w.tree.N || (old == tree.N && tree.Hash != w.tree.Hash) {
		return http.StatusConflict, fmt.Sprintf("%d\n", w.tree.N)
	}
	if old > 0 && old < tree.N {
		if tlog.CheckTree(proof, tree.N, tree.Hash, old, w.tree.Hash) != nil {
			return http.StatusUnprocessableEntity, ""
		}
		w.proofs++
	} else if len(proof) > 0 {
		return http.StatusUnprocessableEntity, ""
	}
	w.tree = tree
	return http.StatusOK, w.cosign(opened.Text)
}

func (w *witness) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(io.LimitReader(in.Body, 1<<16))
	w.lock.Lock()
	defer w.lock.Unlock()
	if in.URL.Path == "/told" { // for the test
		fmt.Fprintf(out, "%d %d\n", w.tree.N, w.proofs)
		return
	}
	if err != nil || in.Method != http.MethodPost || in.URL.Path != "/add-checkpoint" {
		out.WriteHeader(http.StatusNotFound)
		return
	}
	status, answer := w.judge(string(body))
	if status == http.StatusConflict {
		out.Header().Set("Content-Type", "text/x.tlog.size")
	}
	out.WriteHeader(status)
	io.WriteString(out, answer)
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: witness VKEY READY")
	}
	vkey, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		log.Fatal(err)
	}
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	public := private.Public().(ed25519.PublicKey)
	w := &witness{verifier: verifier, private: private, id: keyID(public)}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ready := fmt.Sprintf("%s+%08x+%s\nhttp://%s/\n", name, w.id,
		base64.StdEncoding.EncodeToString(append([]byte{4}, public...)), listener.Addr())
	if err := os.WriteFile(os.Args[2]+".new", []byte(ready), 0o600); err != nil {
		log.Fatal(err)
	}
	if err := os.Rename(os.Args[2]+".new", os.Args[2]); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(listener, w))
}
