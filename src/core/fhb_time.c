/*
 * Instants: FHIR's instant and dateTime, and seconds since 1970 (UTC).
 *
 *     dateTime = YYYY "-" MM "-" DD "T" hh ":" mm ":" ss [ "." 1*DIGIT ] zone
 *     zone     = "Z" / ( "+" / SP / "-" ) zh ":" zm
 *
 * YYYY is 0001 .. 9999 and the date one of the calendar; hh is 00 .. 23; zh is
 * 00 .. 13, or 14 with zm 00.  The expressions that FHIR publishes are looser
 * here and stricter there, and informative only.  A raw "+" in a query reads
 * as a space to many, so at this one place, where nothing else can be meant,
 * a space is a "+".
 */

#include "fhb_time.h"


#define FHB_TIME_MAX_LEN  64            /* bytes of a dateTime */
#define FHB_TIME_DIGITS   9             /* of a fraction, that are compared */

#define FHB_TIME_DAY      86400         /* seconds */
#define FHB_TIME_EPOCH    719162        /* days from 0001-01-01 to 1970 */
#define FHB_TIME_FIRST    -62135596800  /* 0001-01-01T00:00:00Z */
#define FHB_TIME_LAST     253402300799  /* 9999-12-31T23:59:59Z */


typedef struct {
    uint32_t  year;
    uint32_t  month;                    /* 1 .. 12 */
    uint32_t  day;                      /* 1 .. 31 */
    uint32_t  hour;
    uint32_t  minute;
    uint32_t  second;                   /* 60 in a leap second */
    uint32_t  nanosecond;
    int32_t   offset;                   /* seconds east of UTC */
} fhb_time_parts_t;


static int fhb_time_digits(fhb_str_t *s, size_t n, uint32_t *value);
static int fhb_time_byte(fhb_str_t *s, unsigned char c);
static int fhb_time_date(fhb_str_t *s, fhb_time_parts_t *parts);
static int fhb_time_clock(fhb_str_t *s, fhb_time_parts_t *parts);
static int fhb_time_fraction(fhb_str_t *s, fhb_time_parts_t *parts,
    fhb_version_t version);
static int fhb_time_zone(fhb_str_t *s, fhb_time_parts_t *parts);
static uint32_t fhb_time_month_days(uint32_t year, uint32_t month);
static int64_t fhb_time_days(const fhb_time_parts_t *parts);
static void fhb_time_split(fhb_time_parts_t *parts, uint32_t days);
static void fhb_time_write_digits(fhb_out_t *out, size_t n, uint32_t value);


fhb_rc_t
fhb_time_write(fhb_out_t *out, int64_t seconds)
{
    uint32_t          rest;
    fhb_time_parts_t  parts;

    if (seconds < FHB_TIME_FIRST || seconds > FHB_TIME_LAST) {
        return FHB_E_SYNTAX;
    }

    seconds -= FHB_TIME_FIRST;

    fhb_time_split(&parts, (uint32_t) (seconds / FHB_TIME_DAY));
    rest = (uint32_t) (seconds % FHB_TIME_DAY);

    fhb_time_write_digits(out, 4, parts.year);
    fhb_out_byte(out, '-');
    fhb_time_write_digits(out, 2, parts.month);
    fhb_out_byte(out, '-');
    fhb_time_write_digits(out, 2, parts.day);
    fhb_out_byte(out, 'T');
    fhb_time_write_digits(out, 2, rest / 3600);
    fhb_out_byte(out, ':');
    fhb_time_write_digits(out, 2, rest / 60 % 60);
    fhb_out_byte(out, ':');
    fhb_time_write_digits(out, 2, rest % 60);
    fhb_out_byte(out, 'Z');

    return FHB_OK;
}


fhb_rc_t
fhb_time_parse(fhb_time_t *t, fhb_str_t s, fhb_version_t version)
{
    int64_t           seconds;
    fhb_time_parts_t  parts;

    if (s.len > FHB_TIME_MAX_LEN
        || !fhb_time_date(&s, &parts)
        || !fhb_time_byte(&s, 'T')
        || !fhb_time_clock(&s, &parts)
        || !fhb_time_fraction(&s, &parts, version)
        || !fhb_time_zone(&s, &parts)
        || s.len != 0)
    {
        return FHB_E_PARAM_VALUE;
    }

    seconds = fhb_time_days(&parts) * FHB_TIME_DAY
              + (int64_t) parts.hour * 3600 + parts.minute * 60
              + parts.second - parts.offset;

    /* a leap second counts as the one that follows it, midnight of UTC */

    if (parts.second == 60
        && (version < FHB_R4 || seconds % FHB_TIME_DAY != 0))
    {
        return FHB_E_PARAM_VALUE;
    }

    t->seconds = seconds;
    t->nanoseconds = parts.nanosecond;

    return FHB_OK;
}


int
fhb_time_cmp(const fhb_time_t *a, const fhb_time_t *b)
{
    if (a->seconds != b->seconds) {
        return a->seconds < b->seconds ? -1 : 1;
    }

    if (a->nanoseconds != b->nanoseconds) {
        return a->nanoseconds < b->nanoseconds ? -1 : 1;
    }

    return 0;
}


/* takes exactly n digits from the front; 0 when they are not there */

static int
fhb_time_digits(fhb_str_t *s, size_t n, uint32_t *value)
{
    size_t         i;
    unsigned char  c;

    if (s->len < n) {
        return 0;
    }

    *value = 0;

    for (i = 0; i < n; i++) {
        c = s->data[i];

        if (c < '0' || c > '9') {
            return 0;
        }

        *value = *value * 10 + (uint32_t) (c - '0');
    }

    s->data += n;
    s->len -= n;

    return 1;
}


static int
fhb_time_byte(fhb_str_t *s, unsigned char c)
{
    if (s->len == 0 || s->data[0] != c) {
        return 0;
    }

    s->data++;
    s->len--;

    return 1;
}


static int
fhb_time_date(fhb_str_t *s, fhb_time_parts_t *parts)
{
    return fhb_time_digits(s, 4, &parts->year)
           && fhb_time_byte(s, '-')
           && fhb_time_digits(s, 2, &parts->month)
           && fhb_time_byte(s, '-')
           && fhb_time_digits(s, 2, &parts->day)
           && parts->year >= 1
           && parts->month >= 1
           && parts->month <= 12
           && parts->day >= 1
           && parts->day <= fhb_time_month_days(parts->year, parts->month);
}


static int
fhb_time_clock(fhb_str_t *s, fhb_time_parts_t *parts)
{
    return fhb_time_digits(s, 2, &parts->hour)
           && fhb_time_byte(s, ':')
           && fhb_time_digits(s, 2, &parts->minute)
           && fhb_time_byte(s, ':')
           && fhb_time_digits(s, 2, &parts->second)
           && parts->hour <= 23
           && parts->minute <= 59
           && parts->second <= 60;
}


static int
fhb_time_fraction(fhb_str_t *s, fhb_time_parts_t *parts, fhb_version_t version)
{
    size_t    n;
    uint32_t  digit;

    parts->nanosecond = 0;

    if (!fhb_time_byte(s, '.')) {
        return 1;
    }

    for (n = 0; fhb_time_digits(s, 1, &digit); n++) {
        if (n < FHB_TIME_DIGITS) {
            parts->nanosecond = parts->nanosecond * 10 + digit;
        }
    }

    if (n == 0 || (n > FHB_TIME_DIGITS && version >= FHB_R5)) {
        return 0;
    }

    for ( /* void */ ; n < FHB_TIME_DIGITS; n++) {
        parts->nanosecond *= 10;
    }

    return 1;
}


static int
fhb_time_zone(fhb_str_t *s, fhb_time_parts_t *parts)
{
    int32_t   sign;
    uint32_t  hours, minutes;

    parts->offset = 0;

    if (fhb_time_byte(s, 'Z')) {
        return 1;
    }

    if (fhb_time_byte(s, '+') || fhb_time_byte(s, ' ')) {
        sign = 1;

    } else if (fhb_time_byte(s, '-')) {
        sign = -1;

    } else {
        return 0;
    }

    if (!fhb_time_digits(s, 2, &hours)
        || !fhb_time_byte(s, ':')
        || !fhb_time_digits(s, 2, &minutes)
        || minutes > 59
        || hours * 60 + minutes > 14 * 60)
    {
        return 0;
    }

    parts->offset = sign * (int32_t) (hours * 3600 + minutes * 60);

    return 1;
}


static uint32_t
fhb_time_month_days(uint32_t year, uint32_t month)
{
    static const uint32_t  days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };

    if (month == 2
        && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
    {
        return 29;
    }

    return days[month - 1];
}


/* days since 1970-01-01, of a valid date */

static int64_t
fhb_time_days(const fhb_time_parts_t *parts)
{
    int64_t   days;
    uint32_t  m, years;

    years = parts->year - 1;
    days = (int64_t) years * 365 + years / 4 - years / 100 + years / 400;

    for (m = 1; m < parts->month; m++) {
        days += fhb_time_month_days(parts->year, m);
    }

    return days + parts->day - 1 - FHB_TIME_EPOCH;
}


/*
 * The date of a number of days since 0001-01-01.  The last day of a cycle of
 * 400 years, and of one of 4, would open a year that is not there: hence the
 * bound of 3.
 */

static void
fhb_time_split(fhb_time_parts_t *parts, uint32_t days)
{
    uint32_t  n, len;

    parts->year = days / 146097 * 400 + 1;
    days %= 146097;

    n = days / 36524 < 3 ? days / 36524 : 3;
    parts->year += n * 100;
    days -= n * 36524;

    parts->year += days / 1461 * 4;
    days %= 1461;

    n = days / 365 < 3 ? days / 365 : 3;
    parts->year += n;
    days -= n * 365;

    parts->month = 1;

    for ( ;; ) {
        len = fhb_time_month_days(parts->year, parts->month);

        if (days < len) {
            break;
        }

        days -= len;
        parts->month++;
    }

    parts->day = days + 1;
}


static void
fhb_time_write_digits(fhb_out_t *out, size_t n, uint32_t value)
{
    size_t         i;
    unsigned char  digits[4];

    for (i = n; i > 0; i--) {
        digits[i - 1] = (unsigned char) ('0' + value % 10);
        value /= 10;
    }

    fhb_out_bytes(out, digits, n);
}
