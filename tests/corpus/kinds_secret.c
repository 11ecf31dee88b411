/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds_secret.c - keys, tokens and passwords of the usual services, drawn by their published
 * shape.
 */
#include "kind.h"

#include <stdio.h>
#include <string.h>

#include "hash.h"
#include "line.h"

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char hex[] = "0123456789abcdef";
static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static void prefixed(struct sg_dice *dice, const char *prefix, const char *set, size_t n, char *out)
{
    size_t len = strlen(prefix);
    memcpy(out, prefix, len);
    draw_of(dice, set, out + len, n);
}

/* The last six characters are the CRC-32 of those behind the prefix. */
static void summed(struct sg_dice *dice, const char *prefix, char *out)
{
    prefixed(dice, prefix, base62, 36, out);
    size_t len = strlen(prefix);
    uint32_t sum = crc32_of(out + len, 30);
    for (size_t i = 0; i < 6; i++, sum /= 62)
        out[len + 35 - i] = base62[sum % 62];
}

static void github(struct sg_dice *dice, char *out)
{
    summed(dice, sg_dice_often(dice, 500) ? "ghp_" : "gho_", out);
}

static void npm(struct sg_dice *dice, char *out)
{
    summed(dice, "npm_", out);
}

#define TOKEN(name, prefix, set, n)                                                                \
    static void name(struct sg_dice *dice, char *out)                                              \
    {                                                                                              \
        prefixed(dice, prefix, set, n, out);                                                       \
    }
TOKEN(aws, "AKIA", upper, 16)
TOKEN(google, "AIza", base64url, 35)
TOKEN(gitlab, "glpat-", base64url, 20)
TOKEN(stripe, "sk_live_", base62, 24)
TOKEN(mailgun, "key-", hex, 32)
TOKEN(twilio, "SK", hex, 32)
TOKEN(anthropic, "sk-ant-api03-", base64url, 93)
TOKEN(openai, "sk-proj-", base64url, 74)
TOKEN(shopify, "shpat_", hex, 32)
TOKEN(square, "sq0csp-", base64url, 43)
TOKEN(pypi, "pypi-AgEIcHlwaS5vcmc", base64url, 150)
TOKEN(digitalocean, "dop_v1_", hex, 64)
TOKEN(huggingface, "hf_", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 34)

static void slack(struct sg_dice *dice, char *out)
{
    char a[12], b[13], c[32];
    draw_digits(dice, a, 11);
    draw_digits(dice, b, 12);
    draw_of(dice, base62, c, 24);
    (void)snprintf(out, VALUE_MOST, "xoxb-%s-%s-%s", a, b, c);
}

static void sendgrid(struct sg_dice *dice, char *out)
{
    char a[24], b[48];
    draw_of(dice, base64url, a, 22);
    draw_of(dice, base64url, b, 43);
    (void)snprintf(out, VALUE_MOST, "SG.%s.%s", a, b);
}

static void telegram(struct sg_dice *dice, char *out)
{
    char a[12], b[36];
    draw_digits(dice, a, 10);
    draw_of(dice, base64url, b, 33);
    (void)snprintf(out, VALUE_MOST, "%s:AA%s", a, b);
}

static void jwt(struct sg_dice *dice, char *out)
{
    char b[48];
    draw_of(dice, base64url, b, 43);
    (void)snprintf(
        out, VALUE_MOST,
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4"
        "gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.%s",
        b);
}

static void pem(struct sg_dice *dice, char *out)
{
    char row[65];
    (void)snprintf(out, VALUE_MOST, "-----BEGIN PRIVATE KEY-----\n");
    for (int i = 0; i < 6; i++) {
        draw_of(dice, base62, row, 64);
        (void)snprintf(out + strlen(out), VALUE_MOST - strlen(out), "%s\n", row);
    }
    (void)snprintf(out + strlen(out), VALUE_MOST - strlen(out), "-----END PRIVATE KEY-----");
}

static void password(struct sg_dice *dice, char *out)
{
    static const char *const words[] = {"Sunshine", "hunter", "Passw0rd",
                                        "dragon",   "Qwertz", "iloveyou"};
    (void)snprintf(out, VALUE_MOST, "%s%u%c", PICK(dice, words), draw_between(dice, 1, 999),
                   "!?#$&"[sg_dice_below(dice, 5)]);
}

static void one_time(struct sg_dice *dice, char *out)
{
    draw_digits(dice, out, 6);
}

static void url_login(struct sg_dice *dice, char *out)
{
    static const char *const hosts[] = {"db.example.com:5432/shop", "ftp.example.org/in",
                                        "admin.example.net/panel"};
    static const char *const schemes[] = {"postgres", "ftp", "https"};
    size_t i = sg_dice_below(dice, 3);
    char secret[16];
    draw_of(dice, base62, secret, 10);
    (void)snprintf(out, VALUE_MOST, "%s://admin:%s@%s", schemes[i], secret, hosts[i]);
}

static const struct kind list[] = {
    {"aws-key", "AWS_ACCESS_KEY", aws, "*", "**:AWS key|en:access key", "", true},
    {"google-key", "GCP_API_KEY", google, "*", "**:API key|**:google maps key", "", true},
    {"github-token", "GITHUB_TOKEN", github, "*", "**:github token|**:PAT", "", true},
    {"npm-token", "NPM_TOKEN", npm, "*", "**:npm token", "", true},
    {"gitlab-token", "GITLAB_TOKEN", gitlab, "*", "**:gitlab token", "", true},
    {"slack-token", "SLACK_TOKEN", slack, "*", "**:slack token|**:bot token", "", true},
    {"stripe-key", "STRIPE_KEY", stripe, "*", "**:stripe key|**:secret key", "", true},
    {"sendgrid-key", "SENDGRID_KEY", sendgrid, "*", "**:sendgrid key", "", true},
    {"mailgun-key", "MAILGUN_KEY", mailgun, "*", "**:mailgun key", "", true},
    {"twilio-key", "TWILIO_KEY", twilio, "*", "**:twilio key|**:twilio api key", "", true},
    {"anthropic-key", "ANTHROPIC_KEY", anthropic, "*", "**:anthropic key|**:api key", "", true},
    {"openai-key", "OPENAI_KEY", openai, "*", "**:openai key|**:api key", "", true},
    {"shopify-token", "SHOPIFY_TOKEN", shopify, "*", "**:shopify token", "", true},
    {"square-secret", "SQUARE_SECRET", square, "*", "**:square secret", "", true},
    {"pypi-token", "PYPI_TOKEN", pypi, "*", "**:pypi token", "", true},
    {"digitalocean-token", "DIGITALOCEAN_TOKEN", digitalocean, "*", "**:DO token", "", true},
    {"huggingface-token", "HUGGINGFACE_TOKEN", huggingface, "*", "**:hf token", "", true},
    {"telegram-bot", "TELEGRAM_TOKEN", telegram, "*", "**:telegram bot token|**:bot token", "",
     true},
    {"jwt", "JWT", jwt, "*", "**:JWT|**:session token|**:bearer", "", true},
    {"pem", "PRIVATE_KEY", pem, "*", "**:private key|**:key", "", true},
    {"password", "PASSWORD", password, "*",
     "en:password|en:pw|en:pass|en:pwd|de:Passwort|de:Kennwort|fr:mot de "
     "passe|fr:mdp|es:contraseña|es:clave|pt:senha|pt:palavra-passe|it:password|nl:wachtwoord|pl:"
     "hasło|tr:şifre|tr:parola",
     "", false},
    {"one-time-code", "OTP", one_time, "*",
     "en:verification code|en:one-time code|en:OTP|en:2FA code|de:TAN|de:Bestätigungscode|fr:code "
     "de vérification|es:código de verificación|pt:código de verificação|it:codice di "
     "verifica|nl:verificatiecode|pl:kod weryfikacyjny|tr:doğrulama kodu",
     "", false},
    {"url-login", "URL_CREDENTIALS", url_login, "*", "**:link|**:connection string", "", true},
};

const struct kinds kinds_secret = {list, COUNT(list)};
