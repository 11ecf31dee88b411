// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const segment = 65536

// tiles reads C2SP tlog-tiles: as tlog has them, without the height in their path.
type tiles struct{ dir string }

func (t tiles) Height() int { return 8 }

func (t tiles) path(tile tlog.Tile) string {
	return filepath.Join(t.dir, strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(t.path(tile))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// hashes is a tree in memory, made from the records alone.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(h)) {
			return nil, fmt.Errorf("hash %d of %d", index, len(h))
		}
		out[i] = h[index]
	}
	return out, nil
}

// readRecords hashes the first n lines of the log's segments. The end of the last one may be zeros.
func readRecords(dir string, n int64) (hashes, error) {
	var tree hashes
	var record int64
	for file := int64(0); record < n; file++ {
		in, err := os.Open(filepath.Join(dir, "log", fmt.Sprintf("%06d.ndjson", file)))
		if err != nil {
			return nil, err
		}
		lines := bufio.NewReaderSize(in, 1<<20)
		for ; record < n && record < (file+1)*segment; record++ {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				in.Close()
				return nil, fmt.Errorf("record %d: %v", record, err)
			}
			leaf := tlog.RecordHash(bytes.TrimSuffix(line, []byte("\n")))
			more, err := tlog.StoredHashesForRecordHash(record, leaf, tree)
			if err != nil {
				in.Close()
				return nil, err
			}
			tree = append(tree, more...)
		}
		in.Close()
	}
	return tree, nil
}

// tilesOf lists all tiles of a tree of that size: the full ones, and the one behind them at each
// level.
func tilesOf(size int64) []tlog.Tile {
	var list []tlog.Tile
	for level := 0; size > 0; level, size = level+1, size>>8 {
		for n := int64(0); n < size>>8; n++ {
			list = append(list, tlog.Tile{H: 8, L: level, N: n, W: 256})
		}
		if size&255 != 0 {
			list = append(list, tlog.Tile{H: 8, L: level, N: size >> 8, W: int(size & 255)})
		}
	}
	return list
}

// compareTiles wants each tile of the tree to be there, with what the records say.
func compareTiles(dir string, size int64, tree hashes) (int, error) {
	reader := tiles{dir}
	n := 0
	for _, tile := range tilesOf(size) {
		is, err := os.ReadFile(reader.path(tile))
		if err != nil {
			return 0, err
		}
		want, err := tlog.ReadTileData(tile, tree)
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(is, want) {
			return 0, fmt.Errorf("%s is not what the records say", reader.path(tile))
		}
		n++
	}
	return n, nil
}
