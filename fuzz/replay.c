/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.c - run a fuzz target over the files of a folder, without a fuzzer.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return -1;
    size_t cap = 1 << 20;
    uint8_t *data = malloc(cap);
    if (data == NULL) {
        (void)fclose(file);
        return -1;
    }
    size_t len = fread(data, 1, cap, file);
    (void)fclose(file);
    /* An exact copy, so that a sanitizer sees one byte too many. */
    uint8_t *exact = malloc(len == 0 ? 1 : len);
    if (exact != NULL) {
        for (size_t i = 0; i < len; i++)
            exact[i] = data[i];
        (void)LLVMFuzzerTestOneInput(exact, len);
    }
    free(data);
    free(exact);
    return exact == NULL ? -1 : 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    DIR *dir = opendir(argv[1]);
    if (dir == NULL) {
        perror(argv[1]);
        return 2;
    }
    unsigned n = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char path[1024];
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        if (replay_file(path) != 0) {
            perror(path);
            return 1;
        }
        n++;
    }
    (void)closedir(dir);
    (void)printf("%u inputs\n", n);
    return 0;
}
