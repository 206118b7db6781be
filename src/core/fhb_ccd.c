/*
 * The parameters of $autogen-ccd-if.
 *
 *     patient   = reference(Patient)             ; required
 *     start     = [ "eq" ] dateTime              ; with a time and a zone
 *     end       = [ "eq" ] dateTime              ; not before start
 *     encounter = reference(Encounter)           ; from R4 on
 *
 * FHIR lets a server pass over parameters that it does not know.  Here each
 * of them narrows what is disclosed, so an unknown one, a modifier or a
 * second value is refused rather than ignored.
 */

#include <string.h>

#include "fhb_ccd.h"
#include "fhb_query.h"
#include "fhb_reference.h"


static const fhb_str_t  fhb_ccd_key_patient = fhb_string("patient");
static const fhb_str_t  fhb_ccd_key_start = fhb_string("start");
static const fhb_str_t  fhb_ccd_key_end = fhb_string("end");
static const fhb_str_t  fhb_ccd_key_encounter = fhb_string("encounter");

static const fhb_str_t  fhb_ccd_type_patient = fhb_string("Patient/");
static const fhb_str_t  fhb_ccd_type_encounter = fhb_string("Encounter/");


static fhb_rc_t fhb_ccd_read(fhb_ccd_t *ccd, const fhb_ccd_policy_t *policy,
    fhb_str_t args, fhb_str_t *fault);
static fhb_rc_t fhb_ccd_param(fhb_ccd_t *ccd, const fhb_ccd_policy_t *policy,
    const fhb_query_t *q, fhb_str_t *fault);
static fhb_rc_t fhb_ccd_unknown(fhb_ccd_t *ccd, fhb_str_t raw,
    fhb_str_t *fault);
static fhb_rc_t fhb_ccd_reference(fhb_ccd_value_t *value, fhb_str_t raw,
    fhb_str_t type, fhb_str_t base);
static fhb_rc_t fhb_ccd_date(fhb_ccd_value_t *value, fhb_time_t *t,
    fhb_str_t raw, fhb_version_t version);
static void fhb_ccd_write_param(fhb_out_t *out, fhb_str_t name,
    const fhb_ccd_value_t *value);


fhb_rc_t
fhb_ccd_parse(fhb_ccd_t *ccd, const fhb_ccd_policy_t *policy, fhb_str_t args,
    fhb_str_t *fault)
{
    fhb_rc_t  rc;

    memset(ccd, 0, sizeof(fhb_ccd_t));

    fault->len = 0;
    fault->data = NULL;

    rc = fhb_ccd_read(ccd, policy, args, fault);

    if (rc != FHB_OK) {
        memset(ccd, 0, offsetof(fhb_ccd_t, fault));
    }

    return rc;
}


void
fhb_ccd_write_query(fhb_out_t *out, const fhb_ccd_t *ccd)
{
    static const fhb_str_t  patient = fhb_string("patient=");
    static const fhb_str_t  start = fhb_string("&start=");
    static const fhb_str_t  end = fhb_string("&end=");
    static const fhb_str_t  encounter = fhb_string("&encounter=");

    fhb_ccd_write_param(out, patient, &ccd->patient);
    fhb_ccd_write_param(out, start, &ccd->start);
    fhb_ccd_write_param(out, end, &ccd->end);
    fhb_ccd_write_param(out, encounter, &ccd->encounter);
}


static fhb_rc_t
fhb_ccd_read(fhb_ccd_t *ccd, const fhb_ccd_policy_t *policy, fhb_str_t args,
    fhb_str_t *fault)
{
    size_t       n;
    fhb_rc_t     rc;
    fhb_query_t  q;

    if (policy->version == FHB_VERSION_OFF) {
        return FHB_E_INTERNAL;
    }

    if (args.len > FHB_MAX_QUERY) {
        return FHB_E_QUERY_TOO_LONG;
    }

    fhb_query_init(&q, args);

    for (n = 0; fhb_query_next(&q) == FHB_OK; n++) {
        if (n == FHB_MAX_PARAMS) {
            return FHB_E_QUERY_TOO_LONG;
        }

        rc = fhb_ccd_param(ccd, policy, &q, fault);

        if (rc != FHB_OK) {
            return rc;
        }
    }

    if (ccd->patient.len == 0) {
        *fault = fhb_ccd_key_patient;
        return FHB_E_PARAM_REQUIRED;
    }

    if (ccd->start.len != 0 && ccd->end.len != 0
        && fhb_time_cmp(&ccd->start_time, &ccd->end_time) > 0)
    {
        *fault = fhb_ccd_key_start;
        return FHB_E_PARAM_VALUE;
    }

    return FHB_OK;
}


/* a value that is known to be present is never empty: see the readers */

static fhb_rc_t
fhb_ccd_param(fhb_ccd_t *ccd, const fhb_ccd_policy_t *policy,
    const fhb_query_t *q, fhb_str_t *fault)
{
    fhb_rc_t          rc;
    fhb_time_t       *t;
    fhb_str_t         key, type;
    fhb_ccd_value_t  *value;

    t = NULL;
    type = fhb_ccd_type_patient;

    if (fhb_query_name_is(q->name, fhb_ccd_key_patient)) {
        key = fhb_ccd_key_patient;
        value = &ccd->patient;

    } else if (fhb_query_name_is(q->name, fhb_ccd_key_start)) {
        key = fhb_ccd_key_start;
        value = &ccd->start;
        t = &ccd->start_time;

    } else if (fhb_query_name_is(q->name, fhb_ccd_key_end)) {
        key = fhb_ccd_key_end;
        value = &ccd->end;
        t = &ccd->end_time;

    } else if (policy->version >= FHB_R4
               && fhb_query_name_is(q->name, fhb_ccd_key_encounter))
    {
        key = fhb_ccd_key_encounter;
        value = &ccd->encounter;
        type = fhb_ccd_type_encounter;

    } else if (fhb_query_name_is_general(q->name)) {
        return FHB_OK;

    } else {
        return fhb_ccd_unknown(ccd, q->name, fault);
    }

    if (value->len != 0) {
        rc = FHB_E_PARAM_REPEATED;

    } else if (value == &ccd->patient && q->value.len == 0) {
        rc = FHB_E_PARAM_REQUIRED;

    } else if (t != NULL) {
        rc = fhb_ccd_date(value, t, q->value, policy->version);

    } else {
        rc = fhb_ccd_reference(value, q->value, type, policy->base);
    }

    if (rc != FHB_OK) {
        *fault = key;
    }

    return rc;
}


/* a name that would break an OperationOutcome's string is not repeated there */

static fhb_rc_t
fhb_ccd_unknown(fhb_ccd_t *ccd, fhb_str_t raw, fhb_str_t *fault)
{
    size_t     i;
    fhb_out_t  out;

    fhb_out_init(&out, ccd->fault, FHB_CCD_FAULT);

    /* past the end of the buffer it goes on to look for a bad escape */

    if (fhb_query_decode(raw, &out) == FHB_E_REQUEST) {
        return FHB_E_REQUEST;
    }

    for (i = 0; i < out.len; i++) {
        if (ccd->fault[i] < 0x20 || ccd->fault[i] == 0x7f) {
            return FHB_E_PARAM_UNKNOWN;
        }
    }

    *fault = fhb_out_result(&out);

    return FHB_E_PARAM_UNKNOWN;
}


static fhb_rc_t
fhb_ccd_reference(fhb_ccd_value_t *value, fhb_str_t raw, fhb_str_t type,
    fhb_str_t base)
{
    fhb_str_t      id;
    fhb_out_t      out;
    unsigned char  buf[FHB_MAX_QUERY];

    fhb_out_init(&out, buf, sizeof(buf));

    if (fhb_query_decode(raw, &out) != FHB_OK
        || fhb_reference_id(&id, fhb_out_result(&out), type, base) != FHB_OK)
    {
        return FHB_E_PARAM_VALUE;
    }

    memcpy(value->data, id.data, id.len);
    value->len = id.len;

    return FHB_OK;
}


static fhb_rc_t
fhb_ccd_date(fhb_ccd_value_t *value, fhb_time_t *t, fhb_str_t raw,
    fhb_version_t version)
{
    size_t         i;
    fhb_str_t      s;
    fhb_out_t      out;
    unsigned char  buf[FHB_CCD_VALUE + 2];

    fhb_out_init(&out, buf, sizeof(buf));

    if (fhb_query_decode(raw, &out) != FHB_OK) {
        return FHB_E_PARAM_VALUE;
    }

    s = fhb_out_result(&out);

    if (s.len > 2 && s.data[0] == 'e' && s.data[1] == 'q') {
        s.data += 2;
        s.len -= 2;
    }

    if (s.len > FHB_CCD_VALUE || fhb_time_parse(t, s, version) != FHB_OK) {
        return FHB_E_PARAM_VALUE;
    }

    /* the only space that it lets pass is the sign of the offset */

    for (i = 0; i < s.len; i++) {
        value->data[i] = s.data[i] == ' ' ? '+' : s.data[i];
    }

    value->len = s.len;

    return FHB_OK;
}


/* of what the values may hold, only "+" needs an escape in a query */

static void
fhb_ccd_write_param(fhb_out_t *out, fhb_str_t name,
    const fhb_ccd_value_t *value)
{
    size_t  i;

    if (value->len == 0) {
        return;
    }

    fhb_out_str(out, name);

    for (i = 0; i < value->len; i++) {
        if (value->data[i] == '+') {
            fhb_out_lit(out, "%2B");

        } else {
            fhb_out_byte(out, value->data[i]);
        }
    }
}
