/*
 * base64url, by way of base64: the kernels know one alphabet.
 */

#include <string.h>

#include "fhb_b64.h"


/* characters that are turned into the other alphabet at once */

#define FHB_B64_URL  512

/* so many in a loop that the compiler makes vector instructions of */

#define FHB_B64_URL_RUN  32


static inline unsigned char fhb_b64_url_char(unsigned char c);
static void fhb_b64_url_text(unsigned char *text, const unsigned char *in,
    size_t len);


fhb_rc_t
fhb_b64_url_decode(unsigned char *out, size_t *written, fhb_str_t in)
{
    size_t         n, w;
    fhb_b64_dec_t  st;
    unsigned char  text[FHB_B64_URL];

    memset(&st, 0, sizeof(st));
    *written = 0;

    for (/* void */; in.len; in.data += n, in.len -= n) {
        n = in.len < sizeof(text) ? in.len : sizeof(text);

        fhb_b64_url_text(text, in.data, n);

        if (fhb_b64_decode_plain(&st, out + *written, &w, text, n) != n) {
            return FHB_E_SYNTAX;
        }

        *written += w;
    }

    return st.n == 1 || st.bits != 0 ? FHB_E_SYNTAX : FHB_OK;
}


/* "+" and "/", which base64url has not, become what base64 has not */

static inline unsigned char
fhb_b64_url_char(unsigned char c)
{
    c = (c == '+' || c == '/') ? 0 : c;
    c = (c == '-') ? '+' : c;

    return (c == '_') ? '/' : c;
}


static void
fhb_b64_url_text(unsigned char *text, const unsigned char *in, size_t len)
{
    size_t  i, k;

    for (i = 0; len - i >= FHB_B64_URL_RUN; i += FHB_B64_URL_RUN) {
        for (k = 0; k < FHB_B64_URL_RUN; k++) {
            text[i + k] = fhb_b64_url_char(in[i + k]);
        }
    }

    for (/* void */; i < len; i++) {
        text[i] = fhb_b64_url_char(in[i]);
    }
}
