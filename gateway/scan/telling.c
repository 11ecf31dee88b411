/* SPDX-License-Identifier: Apache-2.0 */
/*
 * telling.c - words that announce a value, words for digits, names of fields.
 *
 * Each list is in byte order, to be searched by halves.
 */
#include "scan/telling.h"

#include <string.h>

enum { WORD_LONGEST = 32 };

/* clang-format off */
static const char *const announcing[] = {
    "aadhaar", "aadhar", "aba", "abn", "account", "acct", "address", "adres", "adresem", "adresim",
    "adresse", "adressen", "ahv", "amex", "aol", "ausweis", "ausweisnummer", "avs", "bank", "bic",
    "birth", "birthdate", "birthday", "bitcoin", "blz", "born", "bsn", "btc", "card", "carda",
    "cardnumber", "cards", "carta", "cartao", "carte", "cartão", "cedula", "clave", "cnic", "cnp",
    "cnpj", "code", "codes", "codice", "compte", "conta", "contact", "conto", "contraseña",
    "correo", "correos", "courriel", "cpf", "cpr", "credit", "creditcard", "cuenta", "cuit",
    "curp", "cvc", "cvv", "cvv2", "cédula", "debit", "direccion", "dirección", "discover", "dni",
    "dob", "dogum", "doğum", "e-mail", "e-posta", "egn", "ehliyet", "ein", "email",
    "emailaddress", "emailadresse", "emails", "endereco", "endereço", "eposta", "eth", "ethereum",
    "exp", "expires", "expiry", "fiscal", "fiscale", "führerschein", "geboortedatum", "geboren",
    "geburtsdatum", "geburtstag", "gmail", "gmx", "googlemail", "handle", "haslo", "hasło",
    "hesabım", "hesap", "hetu", "hotmail", "iban", "icloud", "id", "ident", "identidad",
    "identidade", "identification", "identiteit", "identity", "identità", "identité", "ids",
    "imei", "indirizzo", "insurance", "iphone", "itin", "kaart", "kaartnummer", "kart", "karta",
    "karte", "kartennummer", "karty", "kartą", "kartı", "kartım", "kennwort", "key", "kimlik",
    "konta", "konto", "kontonr", "kontonummer", "kreditkarte", "kreditkartennummer", "licence",
    "licencia", "license", "login", "maestro", "mail", "mailadres", "mailadresse", "mails",
    "mastercard", "medicare", "mél", "nacido", "nacimiento", "naissance", "nascimento", "nascita",
    "nhs", "nickname", "nif", "nino", "nip", "nir", "nr", "nric", "num", "numara", "numaram",
    "numarası", "number", "numbers", "numer", "numerem", "numeri", "numero", "nummer", "numéro",
    "né", "née", "número", "números", "oib", "otp", "outlook", "pan", "parola", "pasaport",
    "pasaporte", "paspoort", "passaporte", "passaporto", "passcode", "passe", "passeport",
    "passphrase", "passport", "password", "passwort", "paszport", "patente", "permis",
    "personalausweis", "personnummer", "pesel", "pin", "pincode", "plate", "plz", "posta",
    "postcode", "proton", "protonmail", "regon", "reisepass", "rekening", "rekeningnummer", "rfc",
    "rijbewijs", "routing", "rut", "secret", "senha", "sifre", "social", "sort",
    "sozialversicherungsnummer", "ssn", "steuer", "steuerid", "steuernummer", "svnr", "swift",
    "tarjeta", "tax", "tc", "tckn", "tfn", "tin", "token", "tożsamości", "urodzenia", "username",
    "vat", "vin", "visa", "vkn", "wachtwoord", "wallet", "whats", "yahoo", "zip", "şifre",
    "карта", "карты", "код", "номер", "пароль", "паспорт",
    "почта", "счет", "счёт",
};
static const char *const calling[] = {
    "anruf", "anrufen", "appeler", "appelez", "appelle", "arayabilirsiniz", "arayin", "arayın",
    "bel", "bellen", "belt", "call", "callback", "calling", "calls", "cell", "cellphone",
    "cellulare", "celular", "cep", "chiama", "chiamami", "chiamare", "chiami", "dial", "discord",
    "durchwahl", "dzwoń", "erreichbar", "erreichen", "handy", "handynummer", "insta", "instagram",
    "joindre", "kik", "komorka", "komórka", "komórkę", "liga", "ligar", "ligação", "ligue",
    "llama", "llamame", "llamar", "llame", "llámame", "mobiel", "mobil", "mobile", "movil", "móvil",
    "phone", "phones", "portable", "reach", "ruf", "rufen", "rufnummer", "ruft", "signal", "skype",
    "sms", "snap", "snapchat", "tel", "telefon", "telefone", "telefonie", "telefonla",
    "telefonnummer", "telefono", "telefonu", "telefonum", "telefoon", "telefoonnummer", "telegram",
    "telemovel", "telemóvel", "telephone", "teléfono", "text", "téléphone", "viber", "wechat",
    "whatsapp", "zadzwon", "zadzwonić", "zadzwoń", "звоните", "позвоните",
    "телефон", "телефона",
};
/* ... of a mail address. */
static const char *const mailing[] = {
    "correo", "courriel", "e-mail", "e-posta", "email", "emailaddress", "emailadresse", "emails",
    "eposta", "mail", "mailadresse", "mails", "mél", "posta", "почта",
};
/* As the last word only. */
static const char *const closing[] = {
    "apenstaartje", "are", "arobase", "arroba", "at", "bei", "chiocciola", "dash", "dot", "double",
    "es", "est", "heisst", "heißt", "is", "ist", "its", "jest", "klammeraffe", "kropka", "lautet",
    "malpa", "małpa", "minus", "na", "no", "nokta", "nr", "op", "plus", "point", "ponto", "punkt",
    "punt", "punto", "sono", "sur", "são", "to", "treble", "triple", "under", "underscore",
    "unter", "unterstrich", "was", "à", "è", "é",
};
static const char *const digits[] = {
    "acht", "achtzig", "alti", "altmış", "altı", "ate", "bes", "beş", "bir", "cero", "cinco",
    "cincuenta", "cinq", "cinquante", "cinque", "cinquenta", "cuarenta", "cuatro", "cztery",
    "dertig", "deux", "dez", "dieci", "diez", "dix", "doble", "doce", "dodici", "dois", "doksan",
    "dokuz", "doppel", "doppio", "dort", "dos", "double", "douze", "drei", "dreißig", "drie",
    "dubbel", "due", "dwa", "dziewiec", "dziewięć", "dört", "een", "eight", "eighteen",
    "eighty", "eins", "eleven", "elf", "elli", "fifteen", "fifty", "five", "fore", "forty", "four",
    "fourteen", "fuenf", "fünf", "fünfzig", "huit", "hundred", "iki", "jeden", "kırk", "meia",
    "negen", "neuf", "neun", "neunzig", "nil", "nine", "niner", "nineteen", "ninety", "nought",
    "nove", "noventa", "nueve", "nul", "null", "ochenta", "ocho", "oh", "oitenta", "oito", "on",
    "once", "one", "onze", "osiem", "otto", "otuz", "piec", "pięć", "quarante", "quarenta",
    "quatre", "quatro", "quattro", "sechs", "sechzig", "sei", "seis", "sekiz", "seksen", "sept",
    "sesenta", "sessenta", "sete", "setenta", "sette", "seven", "seventeen", "seventy", "sieben",
    "siebzig", "siedem", "siete", "sifir", "six", "sixteen", "sixty", "soixante", "szesc",
    "sześć", "sıfır", "ten", "thirteen", "thirty", "three", "tien", "tre", "treble", "tree",
    "treinta", "trenta", "trente", "tres", "trinta", "triple", "trois", "trzy", "três", "twee",
    "twelve", "twenty", "twintig", "two", "uc", "um", "un", "undici", "uno", "veertig", "veinte",
    "venti", "vier", "vierzig", "vijf", "vingt", "vinte", "won", "yedi", "yetmiş", "yirmi",
    "zehn", "zero", "zes", "zeven", "zwanzig", "zwei", "zwo", "zwölf", "zéro", "çift", "één",
    "üç", "восемь", "два", "двойной", "девять", "ноль", "один",
    "пять", "семь", "три", "четыре", "шесть",
};
/* Around a part. */
static const char *const fillers[] = {
    "and", "are", "by", "comma", "continued", "daarna", "dan", "danach", "dann", "das", "de",
    "depois", "der", "despues", "después", "die", "digit", "digits", "e", "el", "en", "ensuite",
    "es", "est", "et", "finally", "first", "followed", "hmm", "i", "il", "is", "ist", "it", "its",
    "k", "la", "last", "le", "luego", "next", "noch", "now", "ok", "okay", "part", "please", "poi",
    "potem", "puis", "remaining", "rest", "reste", "resto", "second", "so", "sonra", "thanks",
    "the", "then", "third", "uh", "um", "und", "ve", "wait", "was", "weiter", "y", "yeah", "yep",
    "yes", "é",
};
/* Behind "one" or "a": time to wait. */
static const char *const pauses[] = {
    "min", "minute", "moment", "sec", "second", "secs",
};
/* Of fields: a person writes there. */
static const char *const talk[] = {
    "answer", "bericht", "body", "caption", "chat", "chunk", "chunks", "comment", "comments",
    "content", "contents", "description", "details", "feedback", "html", "input", "line", "lines",
    "m", "markdown", "mensagem", "mensaje", "mesaj", "message", "messages", "messaggio", "metin",
    "msg", "msgs", "nachricht", "nachrichten", "note", "notes", "part", "parts", "plain", "post",
    "query", "question", "remark", "remarks", "reply", "said", "say", "segment", "segments",
    "subject", "summary", "t", "testo", "text", "texte", "texto", "texts", "title", "transcript",
    "utterance", "value", "values", "wiadomosc", "words",
};
/* Of fields: a program writes there. */
static const char *const machine[] = {
    "agent", "amount", "at", "author", "brand", "build", "channel", "checksum", "conversation",
    "count", "counts", "created", "currency", "cursor", "customer", "date", "dates", "day",
    "depth", "digest", "duration", "ean", "etag", "event", "fee", "from", "guid", "hash", "height",
    "hour", "href", "id", "ids", "idx", "index", "ip", "isbn", "key", "kind", "lang", "language",
    "lat", "latitude", "length", "limit", "link", "lng", "locale", "lon", "longitude", "minute",
    "month", "no", "nonce", "nr", "num", "offset", "order", "page", "percent", "plz", "port",
    "postcode", "price", "prices", "qty", "quantity", "queue", "rank", "rate", "receiver",
    "recipient", "ref", "reference", "score", "second", "sender", "seq", "sequence", "sig",
    "signature", "size", "sku", "status", "subtotal", "sum", "thread", "ticket", "time", "times",
    "timestamp", "to", "token", "total", "tracking", "ts", "type", "uid", "updated", "uri", "url",
    "user", "uuid", "ver", "version", "weight", "width", "x", "y", "year", "z", "zip", "zipcode",
};
/* clang-format on */

/* Byte order, ASCII capitals as small ones. */
static int compare(struct sg_bytes word, const char *with)
{
    for (size_t i = 0; i < word.len; i++) {
        int a = sg_to_lower(word.data[i]), b = (unsigned char)with[i];
        if (a != b)
            return a - b; /* also where with ends: nothing is below its NUL but a NUL */
    }
    return with[word.len] == '\0' ? 0 : -1;
}

static bool has(const char *const *words, size_t n, struct sg_bytes word)
{
    if (word.len == 0 || word.len > WORD_LONGEST || memchr(word.data, 0, word.len) != NULL)
        return false;
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(word, words[middle]);
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

#define HAS(words, word) has(words, sizeof(words) / sizeof((words)[0]), word)

bool sg_telling_announces(struct sg_bytes word)
{
    return HAS(announcing, word);
}

bool sg_telling_calls(struct sg_bytes word)
{
    return HAS(calling, word);
}

bool sg_telling_mails(struct sg_bytes word)
{
    return HAS(mailing, word);
}

bool sg_telling_closes(struct sg_bytes word)
{
    return HAS(closing, word);
}

bool sg_telling_digit(struct sg_bytes word)
{
    return HAS(digits, word);
}

bool sg_telling_filler(struct sg_bytes word)
{
    return HAS(fillers, word);
}

bool sg_telling_pauses(struct sg_bytes word)
{
    return HAS(pauses, word);
}

bool sg_telling_talk(struct sg_bytes word)
{
    return HAS(talk, word);
}

bool sg_telling_machine(struct sg_bytes word)
{
    return HAS(machine, word);
}
