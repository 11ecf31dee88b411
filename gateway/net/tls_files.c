/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_files.c - a certificate and its key, read from files, for either side.
 *
 * One way in for both: a key that others can read is no key, whoever it is shown to.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "net/tls_inside.h"

enum { FILE_MOST = 1024 * 1024, KEY_MOST = 64 * 1024 };
enum { OTHERS = 027 }; /* who may not read or write a key: others; a group may read it */

/* --- faults --- */

/* What OpenSSL says, which are words of its own. */
enum scrubgate_status sg_tls_fault(const char *path, const char *what,
                                   struct scrubgate_fault *fault)
{
    const char *why = ERR_reason_error_string(ERR_peek_error());
    sg_fault_set(fault, path, 0, 0, "%s%s%s", what, why == NULL ? "" : ": ",
                 why == NULL ? "" : why);
    ERR_clear_error();
    return SCRUBGATE_EINVAL;
}

/* Whether a PEM reader stopped because there was no more to read. */
static bool at_end(void)
{
    unsigned long error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

/* --- who we are --- */

/* An encrypted key cannot be served: nobody is there to be asked, least of all at a reload. */
int sg_tls_no_passphrase(char *out, int cap, int writing, void *ctx)
{
    (void)out;
    (void)cap;
    (void)writing;
    (void)ctx;
    return -1;
}

static enum scrubgate_status add_chain(SSL_CTX *context, BIO *from, const char *path,
                                       struct scrubgate_fault *fault)
{
    X509 *next;
    while ((next = PEM_read_bio_X509(from, NULL, sg_tls_no_passphrase, NULL)) != NULL) {
        if (SSL_CTX_add0_chain_cert(context, next) != 1) {
            X509_free(next);
            return sg_tls_fault(path, "a certificate of the chain cannot be used", fault);
        }
    }
    return at_end() ? SCRUBGATE_OK
                    : sg_tls_fault(path, "the certificate chain cannot be read", fault);
}

static enum scrubgate_status use_certificate(SSL_CTX *context, const char *path,
                                             struct scrubgate_fault *fault)
{
    struct sg_buf text;
    BIO *from = NULL;
    X509 *own = NULL;
    sg_buf_init(&text, FILE_MOST);
    enum scrubgate_status rc = sg_file_read(path, &text, fault);
    if (rc < 0)
        goto out;
    rc = SCRUBGATE_ENOMEM;
    from = BIO_new_mem_buf(text.data, (int)text.len);
    if (from == NULL)
        goto out;
    own = PEM_read_bio_X509_AUX(from, NULL, sg_tls_no_passphrase, NULL);
    if (own == NULL)
        rc = sg_tls_fault(path, "no certificate (PEM) can be read from it", fault);
    else if (SSL_CTX_use_certificate(context, own) != 1)
        rc = sg_tls_fault(path, "the certificate cannot be used", fault);
    else
        rc = add_chain(context, from, path, fault);
out:
    ERR_clear_error();
    X509_free(own);
    BIO_free(from);
    sg_buf_fini(&text);
    return rc;
}

/* The file is looked at and read by one descriptor: another file cannot slip in between. */
static enum scrubgate_status read_key(const char *path, struct sg_buf *text,
                                      struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_EINVAL;
    struct stat info;
    ssize_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &info) != 0) {
        char why[128] = "";
        (void)strerror_r(errno, why, sizeof why);
        sg_fault_set(fault, path, 0, 0, "cannot open the key: %s", why);
        goto out;
    }
    if (!S_ISREG(info.st_mode)) {
        sg_fault_set(fault, path, 0, 0, "the key is not a file");
        goto out;
    }
    if ((info.st_mode & OTHERS) != 0) {
        sg_fault_set(fault, path, 0, 0, "others can read or write this key: chmod 600");
        goto out;
    }
    rc = sg_buf_reserve(text, KEY_MOST);
    if (rc < 0)
        goto out;
    do {
        n = read(fd, text->data + text->len, KEY_MOST - text->len);
        text->len += n > 0 ? (size_t)n : 0;
    } while (n > 0 || (n < 0 && errno == EINTR));
    if (n < 0 || text->len == KEY_MOST) {
        sg_fault_set(fault, path, 0, 0, "the key cannot be read");
        rc = SCRUBGATE_EINVAL;
    }
out:
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

static enum scrubgate_status use_key(SSL_CTX *context, const char *path,
                                     struct scrubgate_fault *fault)
{
    struct sg_buf text;
    BIO *from = NULL;
    EVP_PKEY *key = NULL;
    sg_buf_init(&text, KEY_MOST);
    enum scrubgate_status rc = read_key(path, &text, fault);
    if (rc < 0)
        goto out;
    rc = SCRUBGATE_ENOMEM;
    from = BIO_new_mem_buf(text.data, (int)text.len);
    if (from == NULL)
        goto out;
    key = PEM_read_bio_PrivateKey(from, NULL, sg_tls_no_passphrase, NULL);
    if (key == NULL)
        rc = sg_tls_fault(path, "no private key (PEM, not encrypted) can be read from it", fault);
    else if (SSL_CTX_use_PrivateKey(context, key) != 1 || SSL_CTX_check_private_key(context) != 1)
        rc = sg_tls_fault(path, "the key is not the certificate's", fault);
    else
        rc = SCRUBGATE_OK;
out:
    ERR_clear_error();
    EVP_PKEY_free(key);
    BIO_free(from);
    sg_buf_fini(&text); /* wipes */
    return rc;
}

enum scrubgate_status sg_tls_identify(SSL_CTX *context, const char *certificate, const char *key,
                                      struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = use_certificate(context, certificate, fault);
    return rc < 0 ? rc : use_key(context, key, fault);
}
