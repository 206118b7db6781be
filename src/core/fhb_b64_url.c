/*
 * base64url, by way of base64: the kernels know one alphabet.
 */

#include <string.h>

#include "fhb_b64.h"


/* characters that are turned into the other alphabet at once */

#define FHB_B64_URL  512


fhb_rc_t
fhb_b64_url_decode(unsigned char *out, size_t *written, fhb_str_t in)
{
    size_t         i, n, w;
    fhb_b64_dec_t  st;
    unsigned char  c, text[FHB_B64_URL];

    memset(&st, 0, sizeof(st));
    *written = 0;

    for (/* void */; in.len; in.data += n, in.len -= n) {
        n = in.len < sizeof(text) ? in.len : sizeof(text);

        for (i = 0; i < n; i++) {
            c = in.data[i];

            /* what base64url has not, no base64 has either */

            text[i] = c == '-' ? '+' : c == '_' ? '/'
                      : c == '+' || c == '/' ? '-' : c;
        }

        if (fhb_b64_decode_plain(&st, out + *written, &w, text, n) != n) {
            return FHB_E_SYNTAX;
        }

        *written += w;
    }

    return st.n == 1 || st.bits != 0 ? FHB_E_SYNTAX : FHB_OK;
}
