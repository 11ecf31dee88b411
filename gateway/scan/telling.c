/* SPDX-License-Identifier: Apache-2.0 */
/*
 * telling.c - words that announce a value, words for digits, names of fields.
 */
#include "scan/telling.h"

#include <stddef.h>

enum { WORD_LONGEST = 32 };

/* So that the table has short lines. */
enum {
    A = SG_TELLS_ANNOUNCE,
    M = SG_TELLS_MAIL,
    C = SG_TELLS_CALL,
    Z = SG_TELLS_CLOSE,
    D = SG_TELLS_DIGIT,
    F = SG_TELLS_FILLER,
    P = SG_TELLS_PAUSE,
    T = SG_TELLS_TALK,
    N = SG_TELLS_MACHINE
};

struct row {
    const char *word;
    unsigned tells;
};
struct list {
    const struct row *rows;
    size_t n;
};

/* clang-format off */
/* By first letter, each list in byte order, to be searched by halves. */
static const struct row on_a[] = {
    {"aadhaar", A}, {"aadhar", A}, {"aba", A}, {"abn", A}, {"account", A}, {"acct", A}, {"acht", D},
    {"achtzig", D}, {"address", A}, {"adres", A}, {"adresem", A}, {"adresim", A}, {"adresse", A},
    {"adressen", A}, {"agent", N}, {"ahv", A}, {"alti", D}, {"altmış", D}, {"altı", D}, {"amex", A},
    {"amount", N}, {"and", F}, {"anruf", C}, {"anrufen", C}, {"answer", T}, {"aol", A},
    {"apenstaartje", Z}, {"appeler", C}, {"appelez", C}, {"appelle", C}, {"arayabilirsiniz", C},
    {"arayin", C}, {"arayın", C}, {"are", Z | F}, {"arobase", Z}, {"arroba", Z}, {"at", Z | N},
    {"ate", D}, {"ausweis", A}, {"ausweisnummer", A}, {"author", N}, {"avs", A},
};
static const struct row on_b[] = {
    {"bank", A}, {"bei", Z}, {"bel", C}, {"bellen", C}, {"belt", C}, {"bericht", T}, {"bes", D},
    {"beş", D}, {"bic", A}, {"bir", D}, {"birth", A}, {"birthdate", A}, {"birthday", A},
    {"bitcoin", A}, {"blz", A}, {"body", T}, {"born", A}, {"brand", N}, {"bsn", A}, {"btc", A},
    {"build", N}, {"by", F},
};
static const struct row on_c[] = {
    {"call", C}, {"callback", C}, {"calling", C}, {"calls", C}, {"caption", T}, {"card", A},
    {"carda", A}, {"cardnumber", A}, {"cards", A}, {"carta", A}, {"cartao", A}, {"carte", A},
    {"cartão", A}, {"cedula", A}, {"cell", C}, {"cellphone", C}, {"cellulare", C}, {"celular", C},
    {"cep", C}, {"cero", D}, {"channel", N}, {"chat", T}, {"checksum", N}, {"chiama", C},
    {"chiamami", C}, {"chiamare", C}, {"chiami", C}, {"chiocciola", Z}, {"chunk", T}, {"chunks", T},
    {"cinco", D}, {"cincuenta", D}, {"cinq", D}, {"cinquante", D}, {"cinque", D}, {"cinquenta", D},
    {"clave", A}, {"cnic", A}, {"cnp", A}, {"cnpj", A}, {"code", A}, {"codes", A}, {"codice", A},
    {"comma", F}, {"comment", T}, {"comments", T}, {"compte", A}, {"conta", A}, {"contact", A},
    {"content", T}, {"contents", T}, {"continued", F}, {"conto", A}, {"contraseña", A},
    {"conversation", N}, {"correo", A | M}, {"correos", A}, {"count", N}, {"counts", N},
    {"courriel", A | M}, {"cpf", A}, {"cpr", A}, {"created", N}, {"credit", A}, {"creditcard", A},
    {"cuarenta", D}, {"cuatro", D}, {"cuenta", A}, {"cuit", A}, {"curp", A}, {"currency", N},
    {"cursor", N}, {"customer", N}, {"cvc", A}, {"cvv", A}, {"cvv2", A}, {"cztery", D},
    {"cédula", A},
};
static const struct row on_d[] = {
    {"daarna", F}, {"dan", F}, {"danach", F}, {"dann", F}, {"das", F}, {"dash", Z}, {"date", N},
    {"dates", N}, {"day", N}, {"de", F}, {"debit", A}, {"depois", F}, {"depth", N}, {"der", F},
    {"dertig", D}, {"description", T}, {"despues", F}, {"después", F}, {"details", T}, {"deux", D},
    {"dez", D}, {"dial", C}, {"die", F}, {"dieci", D}, {"diez", D}, {"digest", N}, {"digit", F},
    {"digits", F}, {"direccion", A}, {"dirección", A}, {"discord", C}, {"discover", A}, {"dix", D},
    {"dni", A}, {"dob", A}, {"doble", D}, {"doce", D}, {"dodici", D}, {"dogum", A}, {"dois", D},
    {"doksan", D}, {"dokuz", D}, {"doppel", D}, {"doppio", D}, {"dort", D}, {"dos", D}, {"dot", Z},
    {"double", Z | D}, {"douze", D}, {"doğum", A}, {"drei", D}, {"dreißig", D}, {"drie", D},
    {"dubbel", D}, {"due", D}, {"duration", N}, {"durchwahl", C}, {"dwa", D}, {"dziewiec", D},
    {"dziewięć", D}, {"dzwoń", C}, {"dört", D},
};
static const struct row on_e[] = {
    {"e", F}, {"e-mail", A | M}, {"e-posta", A | M}, {"ean", N}, {"een", D}, {"egn", A},
    {"ehliyet", A}, {"eight", D}, {"eighteen", D}, {"eighty", D}, {"ein", A}, {"eins", D},
    {"el", F}, {"eleven", D}, {"elf", D}, {"elli", D}, {"email", A | M}, {"emailaddress", A | M},
    {"emailadresse", A | M}, {"emails", A | M}, {"en", F}, {"endereco", A}, {"endereço", A},
    {"ensuite", F}, {"eposta", A | M}, {"erreichbar", C}, {"erreichen", C}, {"es", Z | F},
    {"est", Z | F}, {"et", F}, {"etag", N}, {"eth", A}, {"ethereum", A}, {"event", N}, {"exp", A},
    {"expires", A}, {"expiry", A},
};
static const struct row on_f[] = {
    {"fee", N}, {"feedback", T}, {"fifteen", D}, {"fifty", D}, {"finally", F}, {"first", F},
    {"fiscal", A}, {"fiscale", A}, {"five", D}, {"followed", F}, {"fore", D}, {"forty", D},
    {"four", D}, {"fourteen", D}, {"from", N}, {"fuenf", D}, {"führerschein", A}, {"fünf", D},
    {"fünfzig", D},
};
static const struct row on_g[] = {
    {"geboortedatum", A}, {"geboren", A}, {"geburtsdatum", A}, {"geburtstag", A}, {"gmail", A},
    {"gmx", A}, {"googlemail", A}, {"guid", N},
};
static const struct row on_h[] = {
    {"handle", A}, {"handy", C}, {"handynummer", C}, {"hash", N}, {"haslo", A}, {"hasło", A},
    {"height", N}, {"heisst", Z}, {"heißt", Z}, {"hesabım", A}, {"hesap", A}, {"hetu", A},
    {"hmm", F}, {"hotmail", A}, {"hour", N}, {"href", N}, {"html", T}, {"huit", D}, {"hundred", D},
};
static const struct row on_i[] = {
    {"i", F}, {"iban", A}, {"icloud", A}, {"id", A | N}, {"ident", A}, {"identidad", A},
    {"identidade", A}, {"identification", A}, {"identiteit", A}, {"identity", A}, {"identità", A},
    {"identité", A}, {"ids", A | N}, {"idx", N}, {"iki", D}, {"il", F}, {"imei", A}, {"index", N},
    {"indirizzo", A}, {"input", T}, {"insta", C}, {"instagram", C}, {"insurance", A}, {"ip", N},
    {"iphone", A}, {"is", Z | F}, {"isbn", N}, {"ist", Z | F}, {"it", F}, {"itin", A},
    {"its", Z | F},
};
static const struct row on_j[] = {
    {"jeden", D}, {"jest", Z}, {"joindre", C},
};
static const struct row on_k[] = {
    {"k", F}, {"kaart", A}, {"kaartnummer", A}, {"kart", A}, {"karta", A}, {"karte", A},
    {"kartennummer", A}, {"karty", A}, {"kartą", A}, {"kartı", A}, {"kartım", A}, {"kennwort", A},
    {"key", A | N}, {"kik", C}, {"kimlik", A}, {"kind", N}, {"klammeraffe", Z}, {"komorka", C},
    {"komórka", C}, {"komórkę", C}, {"konta", A}, {"konto", A}, {"kontonr", A}, {"kontonummer", A},
    {"kreditkarte", A}, {"kreditkartennummer", A}, {"kropka", Z}, {"kırk", D},
};
static const struct row on_l[] = {
    {"la", F}, {"lang", N}, {"language", N}, {"last", F}, {"lat", N}, {"latitude", N},
    {"lautet", Z}, {"le", F}, {"length", N}, {"licence", A}, {"licencia", A}, {"license", A},
    {"liga", C}, {"ligar", C}, {"ligação", C}, {"ligue", C}, {"limit", N}, {"line", T},
    {"lines", T}, {"link", N}, {"llama", C}, {"llamame", C}, {"llamar", C}, {"llame", C},
    {"llámame", C}, {"lng", N}, {"locale", N}, {"login", A}, {"lon", N}, {"longitude", N},
    {"luego", F},
};
static const struct row on_m[] = {
    {"m", T}, {"maestro", A}, {"mail", A | M}, {"mailadres", A}, {"mailadresse", A | M},
    {"mails", A | M}, {"malpa", Z}, {"markdown", T}, {"mastercard", A}, {"małpa", Z},
    {"medicare", A}, {"meia", D}, {"mensagem", T}, {"mensaje", T}, {"mesaj", T}, {"message", T},
    {"messages", T}, {"messaggio", T}, {"metin", T}, {"min", P}, {"minus", Z}, {"minute", P | N},
    {"mobiel", C}, {"mobil", C}, {"mobile", C}, {"moment", P}, {"month", N}, {"movil", C},
    {"msg", T}, {"msgs", T}, {"mél", A | M}, {"móvil", C},
};
static const struct row on_n[] = {
    {"na", Z}, {"nachricht", T}, {"nachrichten", T}, {"nacido", A}, {"nacimiento", A},
    {"naissance", A}, {"nascimento", A}, {"nascita", A}, {"negen", D}, {"neuf", D}, {"neun", D},
    {"neunzig", D}, {"next", F}, {"nhs", A}, {"nickname", A}, {"nif", A}, {"nil", D}, {"nine", D},
    {"niner", D}, {"nineteen", D}, {"ninety", D}, {"nino", A}, {"nip", A}, {"nir", A},
    {"no", Z | N}, {"noch", F}, {"nokta", Z}, {"nonce", N}, {"note", T}, {"notes", T},
    {"nought", D}, {"nove", D}, {"noventa", D}, {"now", F}, {"nr", A | Z | N}, {"nric", A},
    {"nueve", D}, {"nul", D}, {"null", D}, {"num", A | N}, {"numara", A}, {"numaram", A},
    {"numarası", A}, {"number", A}, {"numbers", A}, {"numer", A}, {"numerem", A}, {"numeri", A},
    {"numero", A}, {"nummer", A}, {"numéro", A}, {"né", A}, {"née", A}, {"número", A},
    {"números", A},
};
static const struct row on_o[] = {
    {"ochenta", D}, {"ocho", D}, {"offset", N}, {"oh", D}, {"oib", A}, {"oitenta", D}, {"oito", D},
    {"ok", F}, {"okay", F}, {"on", D}, {"once", D}, {"one", D}, {"onze", D}, {"op", Z},
    {"order", N}, {"osiem", D}, {"otp", A}, {"otto", D}, {"otuz", D}, {"outlook", A},
};
static const struct row on_p[] = {
    {"page", N}, {"pan", A}, {"parola", A}, {"part", F | T}, {"parts", T}, {"pasaport", A},
    {"pasaporte", A}, {"paspoort", A}, {"passaporte", A}, {"passaporto", A}, {"passcode", A},
    {"passe", A}, {"passeport", A}, {"passphrase", A}, {"passport", A}, {"password", A},
    {"passwort", A}, {"paszport", A}, {"patente", A}, {"percent", N}, {"permis", A},
    {"personalausweis", A}, {"personnummer", A}, {"pesel", A}, {"phone", C}, {"phones", C},
    {"piec", D}, {"pin", A}, {"pincode", A}, {"pięć", D}, {"plain", T}, {"plate", A}, {"please", F},
    {"plus", Z}, {"plz", A | N}, {"poi", F}, {"point", Z}, {"ponto", Z}, {"port", N},
    {"portable", C}, {"post", T}, {"posta", A | M}, {"postcode", A | N}, {"potem", F}, {"price", N},
    {"prices", N}, {"proton", A}, {"protonmail", A}, {"puis", F}, {"punkt", Z}, {"punt", Z},
    {"punto", Z},
};
static const struct row on_q[] = {
    {"qty", N}, {"quantity", N}, {"quarante", D}, {"quarenta", D}, {"quatre", D}, {"quatro", D},
    {"quattro", D}, {"query", T}, {"question", T}, {"queue", N},
};
static const struct row on_r[] = {
    {"rank", N}, {"rate", N}, {"reach", C}, {"receiver", N}, {"recipient", N}, {"ref", N},
    {"reference", N}, {"regon", A}, {"reisepass", A}, {"rekening", A}, {"rekeningnummer", A},
    {"remaining", F}, {"remark", T}, {"remarks", T}, {"reply", T}, {"rest", F}, {"reste", F},
    {"resto", F}, {"rfc", A}, {"rijbewijs", A}, {"routing", A}, {"ruf", C}, {"rufen", C},
    {"rufnummer", C}, {"ruft", C}, {"rut", A},
};
static const struct row on_s[] = {
    {"said", T}, {"say", T}, {"score", N}, {"sec", P}, {"sechs", D}, {"sechzig", D},
    {"second", F | P | N}, {"secret", A}, {"secs", P}, {"segment", T}, {"segments", T}, {"sei", D},
    {"seis", D}, {"sekiz", D}, {"seksen", D}, {"sender", N}, {"senha", A}, {"sept", D}, {"seq", N},
    {"sequence", N}, {"sesenta", D}, {"sessenta", D}, {"sete", D}, {"setenta", D}, {"sette", D},
    {"seven", D}, {"seventeen", D}, {"seventy", D}, {"sieben", D}, {"siebzig", D}, {"siedem", D},
    {"siete", D}, {"sifir", D}, {"sifre", A}, {"sig", N}, {"signal", C}, {"signature", N},
    {"six", D}, {"sixteen", D}, {"sixty", D}, {"size", N}, {"sku", N}, {"skype", C}, {"sms", C},
    {"snap", C}, {"snapchat", C}, {"so", F}, {"social", A}, {"soixante", D}, {"sono", Z},
    {"sonra", F}, {"sort", A}, {"sozialversicherungsnummer", A}, {"ssn", A}, {"status", N},
    {"steuer", A}, {"steuerid", A}, {"steuernummer", A}, {"subject", T}, {"subtotal", N},
    {"sum", N}, {"summary", T}, {"sur", Z}, {"svnr", A}, {"swift", A}, {"szesc", D}, {"sześć", D},
    {"são", Z}, {"sıfır", D},
};
static const struct row on_t[] = {
    {"t", T}, {"tarjeta", A}, {"tax", A}, {"tc", A}, {"tckn", A}, {"tel", C}, {"telefon", C},
    {"telefone", C}, {"telefonie", C}, {"telefonla", C}, {"telefonnummer", C}, {"telefono", C},
    {"telefonu", C}, {"telefonum", C}, {"telefoon", C}, {"telefoonnummer", C}, {"telegram", C},
    {"telemovel", C}, {"telemóvel", C}, {"telephone", C}, {"teléfono", C}, {"ten", D}, {"testo", T},
    {"text", C | T}, {"texte", T}, {"texto", T}, {"texts", T}, {"tfn", A}, {"thanks", F},
    {"the", F}, {"then", F}, {"third", F}, {"thirteen", D}, {"thirty", D}, {"thread", N},
    {"three", D}, {"ticket", N}, {"tien", D}, {"time", N}, {"times", N}, {"timestamp", N},
    {"tin", A}, {"title", T}, {"to", Z | N}, {"token", A | N}, {"total", N}, {"tożsamości", A},
    {"tracking", N}, {"transcript", T}, {"tre", D}, {"treble", Z | D}, {"tree", D}, {"treinta", D},
    {"trenta", D}, {"trente", D}, {"tres", D}, {"trinta", D}, {"triple", Z | D}, {"trois", D},
    {"trzy", D}, {"três", D}, {"ts", N}, {"twee", D}, {"twelve", D}, {"twenty", D}, {"twintig", D},
    {"two", D}, {"type", N}, {"téléphone", C},
};
static const struct row on_u[] = {
    {"uc", D}, {"uh", F}, {"uid", N}, {"um", D | F}, {"un", D}, {"und", F}, {"under", Z},
    {"underscore", Z}, {"undici", D}, {"uno", D}, {"unter", Z}, {"unterstrich", Z}, {"updated", N},
    {"uri", N}, {"url", N}, {"urodzenia", A}, {"user", N}, {"username", A}, {"utterance", T},
    {"uuid", N},
};
static const struct row on_v[] = {
    {"value", T}, {"values", T}, {"vat", A}, {"ve", F}, {"veertig", D}, {"veinte", D}, {"venti", D},
    {"ver", N}, {"version", N}, {"viber", C}, {"vier", D}, {"vierzig", D}, {"vijf", D}, {"vin", A},
    {"vingt", D}, {"vinte", D}, {"visa", A}, {"vkn", A},
};
static const struct row on_w[] = {
    {"wachtwoord", A}, {"wait", F}, {"wallet", A}, {"was", Z | F}, {"wechat", C}, {"weight", N},
    {"weiter", F}, {"whats", A}, {"whatsapp", C}, {"wiadomosc", T}, {"width", N}, {"won", D},
    {"words", T},
};
static const struct row on_x[] = {
    {"x", N},
};
static const struct row on_y[] = {
    {"y", F | N}, {"yahoo", A}, {"yeah", F}, {"year", N}, {"yedi", D}, {"yep", F}, {"yes", F},
    {"yetmiş", D}, {"yirmi", D},
};
static const struct row on_z[] = {
    {"z", N}, {"zadzwon", C}, {"zadzwonić", C}, {"zadzwoń", C}, {"zehn", D}, {"zero", D},
    {"zes", D}, {"zeven", D}, {"zip", A | N}, {"zipcode", N}, {"zwanzig", D}, {"zwei", D},
    {"zwo", D}, {"zwölf", D}, {"zéro", D},
};
static const struct row others[] = {
    {"à", Z}, {"çift", D}, {"è", Z}, {"é", Z | F}, {"één", D}, {"üç", D}, {"şifre", A},
    {"восемь", D}, {"два", D}, {"двойной", D}, {"девять", D}, {"звоните", C}, {"карта", A},
    {"карты", A}, {"код", A}, {"ноль", D}, {"номер", A}, {"один", D}, {"пароль", A}, {"паспорт", A},
    {"позвоните", C}, {"почта", A | M}, {"пять", D}, {"семь", D}, {"счет", A}, {"счёт", A},
    {"телефон", C}, {"телефона", C}, {"три", D}, {"четыре", D}, {"шесть", D},
};
#define LIST(rows) {rows, sizeof(rows) / sizeof *(rows)}
static const struct list lists[] = {
    LIST(on_a), LIST(on_b), LIST(on_c), LIST(on_d), LIST(on_e), LIST(on_f), LIST(on_g), LIST(on_h),
    LIST(on_i), LIST(on_j), LIST(on_k), LIST(on_l), LIST(on_m), LIST(on_n), LIST(on_o), LIST(on_p),
    LIST(on_q), LIST(on_r), LIST(on_s), LIST(on_t), LIST(on_u), LIST(on_v), LIST(on_w), LIST(on_x),
    LIST(on_y), LIST(on_z), LIST(others)
};
/* clang-format on */

/* Byte order, ASCII capitals as small ones. */
static int compare(struct sg_bytes word, const char *with)
{
    for (size_t i = 0; i < word.len; i++) {
        int a = sg_to_lower(word.data[i]), b = (unsigned char)with[i];
        if (a != b)
            return a - b;
        if (b == 0)
            return 1; /* the word goes on, with a NUL */
    }
    return with[word.len] == '\0' ? 0 : -1;
}

unsigned sg_telling_of(struct sg_bytes word)
{
    if (word.len == 0 || word.len > WORD_LONGEST)
        return 0;
    const int first = sg_to_lower(word.data[0]);
    const struct list *list = &lists[first >= 'a' && first <= 'z' ? first - 'a' : 26];
    size_t low = 0, high = list->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(word, list->rows[middle].word);
        if (order == 0)
            return list->rows[middle].tells;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return 0;
}
