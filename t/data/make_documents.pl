#!/usr/bin/perl

# Writes the sample documents: those of conf-examples/documents, and small
# ones for the tests.  Every person, place and finding in them is invented.
#
#     perl t/data/make_documents.pl            write them
#     perl t/data/make_documents.pl --check    exit 1 if a file differs
#
# The output depends on nothing but this file, so it can be made again, byte
# for byte, on any machine.  Sizes are those of real documents: PDFs of some
# pages with images, CCDs of about 100 kB.

use strict;
use warnings;
use utf8;

use Encode qw(encode);
use FindBin;

my $root = "$FindBin::Bin/../..";
my $check = @ARGV && $ARGV[0] eq '--check';
my $differ = 0;

my %patient = (
    id      => '12724066',
    mrn     => '10-4471903',
    given   => 'Ingrid Solveig',
    family  => 'Håkansson-Brandt',
    sex     => 'Female',
    born    => '1957-03-14',
    street  => '418 Øster Lane, Apt. 3',
    city    => 'Lakemont',
    state   => 'MO',
    zip     => '64999',
    phone   => '+1-555-0142',
);

my $name = "$patient{given} $patient{family}";
my $hospital = 'Lakemont Regional Hospital';
my $notice = 'Invented patient and findings. For demonstration only.';


# Writes, or compares, a file; strings of characters become UTF-8.

sub output {
    my ($path, $bytes) = @_;

    $bytes = encode('UTF-8', $bytes) if utf8::is_utf8($bytes);

    if ($check) {
        my $old = '';

        if (open my $in, '<:raw', "$root/$path") {
            local $/;
            $old = <$in>;
        }

        if ($old ne $bytes) {
            print "$path: not what t/data/make_documents.pl makes\n";
            $differ = 1;
        }

        return;
    }

    open my $out, '>:raw', "$root/$path" or die "$path: $!\n";
    print $out $bytes;
    close $out or die "$path: $!\n";

    printf "%-44s %7d bytes\n", $path, length $bytes;
}


# The same numbers on every machine, unlike rand().

{
    my $seed;

    sub noise_from { $seed = $_[0] }

    sub noise {
        my ($n) = @_;

        $seed = ($seed * 1103 + 12345) % 2147483;
        return $seed % $n;
    }
}


sub escaped {
    my ($s) = @_;

    $s =~ s/&/&amp;/g;
    $s =~ s/</&lt;/g;
    $s =~ s/>/&gt;/g;
    $s =~ s/"/&quot;/g;

    return $s;
}


# ---- HTML: the report of an echocardiogram --------------------------------

sub html_rows {
    my ($cell, @rows) = @_;

    return join '', map {
        my @cells = map { "<$cell>" . escaped($_) . "</$cell>" } @$_;

        "        <tr>" . join('', @cells) . "</tr>\n";
    } @rows;
}


sub html_table {
    my ($caption, $head, @rows) = @_;

    return "    <table>\n"
           . "      <caption>" . escaped($caption) . "</caption>\n"
           . "      <thead>\n" . html_rows('th', $head) . "      </thead>\n"
           . "      <tbody>\n" . html_rows('td', @rows) . "      </tbody>\n"
           . "    </table>\n";
}


sub html_paragraphs {
    return join '', map { "    <p>" . escaped($_) . "</p>\n" } @_;
}


sub echo_report {
    my $title = 'Transthoracic echocardiogram';

    my $html = <<"END";
<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>$title: $patient{family}, $patient{given}</title>
  <style>
    body { font: 15px/1.45 Georgia, serif; margin: 2em auto; max-width: 46em;
           color: #222; }
    h1 { font-size: 1.5em; border-bottom: 2px solid #356; }
    h2 { font-size: 1.1em; color: #356; margin-top: 1.6em; }
    table { border-collapse: collapse; width: 100%; margin: 0.8em 0; }
    caption { text-align: left; font-weight: bold; padding: 0.3em 0; }
    th, td { border: 1px solid #bbb; padding: 0.25em 0.6em;
             text-align: left; vertical-align: top; }
    th { background: #eef2f5; }
    .notice { color: #777; font-size: 0.85em; margin-top: 2.5em; }
    .conclusion { border-left: 4px solid #356; padding-left: 1em; }
  </style>
</head>
<body>
  <header>
    <h1>$title</h1>
END

    $html .= html_table('Examination', [ 'Item', 'Value' ],
        [ 'Patient', $name ],
        [ 'Date of birth', "$patient{born} ($patient{sex})" ],
        [ 'Medical record number', $patient{mrn} ],
        [ 'Accession', 'TR-197198634' ],
        [ 'Performed', '2019-12-26 14:05 (UTC−06:00)' ],
        [ 'Reported', '2019-12-26 15:36 (UTC−06:00)' ],
        [ 'Requested by', 'Tomás Echeverría, MD, Internal Medicine' ],
        [ 'Interpreted by', 'Renée Dubois-Okafor, MD, Cardiology' ],
        [ 'Sonographer', 'J. Wójcik, RDCS' ],
        [ 'Location', "$hospital, Echo laboratory, room 2" ],
        [ 'Status', 'Final' ]);

    $html .= "  </header>\n\n  <main>\n";
    $html .= "    <h2>Indication</h2>\n";
    $html .= html_paragraphs(
        'Dyspnea on exertion (NYHA class II) for three weeks after '
        . 'community-acquired pneumonia; arterial hypertension, type 2 '
        . 'diabetes mellitus. Question: left ventricular function, pulmonary '
        . 'pressure, pericardial effusion?');

    $html .= "    <h2>Technique</h2>\n";
    $html .= html_paragraphs(
        'Two-dimensional, M-mode, spectral and color Doppler examination from '
        . 'the parasternal, apical and subcostal windows. Image quality: '
        . 'good; 16 of 17 segments were seen. Height 168 cm, weight 74.5 kg, '
        . 'body surface area 1.84 m² (Du Bois). Blood pressure '
        . '138/82 mmHg, sinus rhythm, 76/min.');

    $html .= "    <h2>Measurements</h2>\n";
    $html .= html_table('Left ventricle and atrium',
        [ 'Quantity', 'Value', 'Unit', 'Reference', 'Flag' ],
        [ 'Interventricular septum, diastole', '11.5', 'mm', '6–9', 'H' ],
        [ 'Posterior wall, diastole', '10.5', 'mm', '6–9', 'H' ],
        [ 'End-diastolic diameter', '47', 'mm', '38–52', '' ],
        [ 'End-systolic diameter', '30', 'mm', '22–35', '' ],
        [ 'End-diastolic volume (biplane)', '92', 'mL', '46–106', '' ],
        [ 'End-systolic volume (biplane)', '36', 'mL', '14–42', '' ],
        [ 'Ejection fraction (Simpson)', '61', '%', '≥ 54', '' ],
        [ 'Global longitudinal strain', '−18.4', '%', '≤ −18', '' ],
        [ 'Mass index', '101', 'g/m²', '43–95', 'H' ],
        [ 'Relative wall thickness', '0.45', '', '≤ 0.42', 'H' ],
        [ 'Left atrial volume index', '36', 'mL/m²', '≤ 34', 'H' ]);

    $html .= html_table('Diastolic function',
        [ 'Quantity', 'Value', 'Unit', 'Reference', 'Flag' ],
        [ 'E wave', '0.71', 'm/s', '', '' ],
        [ 'A wave', '0.88', 'm/s', '', '' ],
        [ 'E/A', '0.81', '', '0.8–2.0', '' ],
        [ 'Deceleration time', '236', 'ms', '150–220', 'H' ],
        [ 'e′ septal', '6.4', 'cm/s', '≥ 7', 'L' ],
        [ 'e′ lateral', '8.9', 'cm/s', '≥ 10', 'L' ],
        [ 'E/e′ (mean)', '9.3', '', '≤ 14', '' ]);

    $html .= html_table('Right heart',
        [ 'Quantity', 'Value', 'Unit', 'Reference', 'Flag' ],
        [ 'RV basal diameter', '36', 'mm', '25–41', '' ],
        [ 'TAPSE', '22', 'mm', '≥ 17', '' ],
        [ 'S′ (lateral annulus)', '12.1', 'cm/s', '≥ 9.5', '' ],
        [ 'Tricuspid regurgitation, peak', '2.5', 'm/s', '≤ 2.8', '' ],
        [ 'Inferior vena cava', '17', 'mm', '≤ 21', '' ],
        [ 'Systolic pulmonary pressure', '28 ± 4', 'mmHg', '≤ 35', '' ]);

    $html .= html_table('Valves',
        [ 'Valve', 'Morphology', 'Peak gradient', 'Mean gradient',
          'Regurgitation' ],
        [ 'Aortic', 'Tricuspid, mild sclerosis of the right cusp',
          '9 mmHg', '5 mmHg', 'none' ],
        [ 'Mitral', 'Mild annular calcification (P2–P3)', '3 mmHg',
          '1 mmHg', 'trace (vena contracta 2 mm)' ],
        [ 'Tricuspid', 'Normal', '—', '—', 'mild' ],
        [ 'Pulmonary', 'Normal', '4 mmHg', '—', 'trace' ]);

    my @segments;
    my @walls = ('anterior', 'anteroseptal', 'inferoseptal', 'inferior',
                 'inferolateral', 'anterolateral');

    for my $level ('Basal', 'Mid') {
        for my $wall (@walls) {
            my $seen = $level eq 'Basal' && $wall eq 'anterolateral';

            push @segments, [ "$level $wall",
                              $seen ? 'not seen' : 'normal',
                              $seen ? '—' : '1' ];
        }
    }

    push @segments, [ "Apical $_", 'normal', '1' ]
        for 'anterior', 'septal', 'inferior', 'lateral';
    push @segments, [ 'Apex', 'normal', '1' ];

    $html .= html_table('Wall motion, 17 segments',
                        [ 'Segment', 'Motion', 'Score' ], @segments);

    $html .= "    <h2>Findings</h2>\n";
    $html .= html_paragraphs(
        'Left ventricle of normal size with mild concentric hypertrophy. '
        . 'Systolic function is normal, ejection fraction 61 %. No regional '
        . 'wall motion abnormality among the segments that were seen; wall '
        . 'motion score index 1.0.',
        'Impaired relaxation (grade I) with normal filling pressure. '
        . 'The left atrium is mildly enlarged.',
        'Right ventricle of normal size and function. The estimated systolic '
        . 'pulmonary pressure is 28 mmHg with a right atrial pressure of '
        . '3 mmHg; pulmonary hypertension is unlikely.',
        'No pericardial effusion. Small residual pleural effusion on the '
        . 'right, < 10 mm. No intracardiac mass or thrombus. The ascending '
        . 'aorta measures 35 mm at the level of the right pulmonary artery.');

    $html .= "    <h2>Comparison</h2>\n";
    $html .= html_paragraphs(
        'Examination of 2016-09-24: ejection fraction 63 %, septum 11 mm, '
        . 'left atrial volume index 33 mL/m². No relevant change of function; '
        . 'slight progression of atrial size.');

    $html .= "    <h2>Conclusion</h2>\n    <ol class=\"conclusion\">\n";
    $html .= "      <li>" . escaped($_) . "</li>\n" for
        'Normal left ventricular systolic function (EF 61 %).',
        'Mild concentric hypertrophy, diastolic dysfunction grade I: '
        . 'compatible with hypertensive heart disease.',
        'No sign of pulmonary hypertension; no pericardial effusion.',
        'Small right pleural effusion; suggest ultrasound follow-up in '
        . '4–6 weeks.';
    $html .= "    </ol>\n";

    $html .= <<"END";
    <p>Electronically signed: Renée Dubois-Okafor, MD,
       <time datetime="2019-12-26T15:36:00-06:00">2019-12-26 15:36</time></p>
  </main>

  <footer>
    <p class="notice">$notice
       Naïve readers, beware: “quotes”, €, µ and 心エコー are here so that a
       wrong character set shows.</p>
  </footer>
</body>
</html>
END

    return $html;
}


sub small_html {
    return <<"END";
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Progress note</title></head>
<body>
<h1>Progress note</h1>
<p>$name, seen today: afebrile, 36.8 °C; SpO₂ 97 %; walks 400 m.</p>
<p>$notice</p>
</body>
</html>
END
}


# ---- PDF: a discharge summary with two images -----------------------------
#
# Text is WinAnsi in the standard fonts; nothing is compressed, so that the
# bytes do not depend on a library.  Objects are kept in order: 1 is the
# catalog, 2 the page tree, and so on.

# Helvetica's widths of 0x20 to 0x7e, in thousandths of the size.

my @width = (278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278,
             333, 278, 278, (556) x 10, 278, 278, 584, 584, 584, 556, 1015,
             667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
             722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611,
             278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
             556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278,
             556, 500, 722, 500, 500, 500, 334, 260, 334, 584);

sub text_width {
    my ($text, $size) = @_;
    my $sum = 0;

    for my $c (unpack 'C*', encode('cp1252', $text)) {
        $sum += $c >= 0x20 && $c <= 0x7e ? $width[$c - 0x20] : 556;
    }

    return $sum * $size / 1000;
}


sub pdf_string {
    my ($text) = @_;

    $text = encode('cp1252', $text);
    $text =~ s/([\\()])/\\$1/g;
    $text =~ s/([\x80-\xff])/sprintf '\\%03o', ord $1/ge;

    return "($text)";
}


sub pdf_stream {
    my ($dict, $data) = @_;

    return "<< $dict /Length " . length($data) . " >>\nstream\n$data\n"
           . "endstream";
}


# Joins the objects, numbered from 1, into a file with its table of offsets.

sub pdf_file {
    my ($info, @objects) = @_;
    my $pdf = "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n";
    my @offsets;

    for my $i (0 .. $#objects) {
        push @offsets, length $pdf;
        $pdf .= $i + 1 . " 0 obj\n$objects[$i]\nendobj\n";
    }

    my $start = length $pdf;
    my $size = @objects + 1;

    $pdf .= "xref\n0 $size\n0000000000 65535 f \n";
    $pdf .= sprintf "%010d 00000 n \n", $_ for @offsets;
    $pdf .= "trailer\n<< /Size $size /Root 1 0 R /Info $info 0 R"
            . " /ID [<5f1d3a70c6b24e0c9d7e41a2b8f06c35>"
            . " <5f1d3a70c6b24e0c9d7e41a2b8f06c35>] >>\n"
            . "startxref\n$start\n%%EOF\n";

    return $pdf;
}


# Breaks lines and pages; a list of the pages' content streams comes out.

{
    my (@pages, $y);

    my ($left, $right, $top, $bottom) = (62, 550, 742, 70);

    sub page_start {
        push @pages, '';
        $y = $top;
        put(9, 'F1', $left, 764, "$hospital  ·  Discharge summary");
        put(9, 'F1', 462, 764, "MRN $patient{mrn}");
        $pages[-1] .= "0.5 w $left 757 m $right 757 l S\n";
    }

    sub put {
        my ($size, $font, $x, $at, $text) = @_;

        $pages[-1] .= "BT /$font $size Tf 1 0 0 1 $x $at Tm "
                      . pdf_string($text) . " Tj ET\n";
    }

    sub need {
        my ($height) = @_;

        page_start() if !@pages || $y - $height < $bottom;
    }

    sub heading {
        my ($text) = @_;

        need(60);
        $y -= 24;
        put(13, 'F2', $left, $y, $text);
        $y -= 5;
        $pages[-1] .= "0.2 0.35 0.45 RG 1 w $left $y m $right $y l S 0 G\n";
        $y -= 6;
    }

    sub paragraph {
        my ($text, $indent, $mark) = @_;
        my $line = '';

        $indent ||= 0;
        need(16);
        put(10, 'F1', $left + $indent - 12, $y - 12, $mark) if $mark;

        for my $word (split(/ /, $text), undef) {
            if (defined $word
                && text_width("$line $word", 10) < $right - $left - $indent)
            {
                $line .= $line eq '' ? $word : " $word";
                next;
            }

            need(13);
            $y -= 13;
            put(10, 'F1', $left + $indent, $y, $line);
            $line = $word;
        }

        $y -= 5;
    }

    sub table {
        my ($columns, @rows) = @_;
        my $font = 'F2';

        for my $row (@rows) {
            need(16);
            $y -= 14;

            for my $i (0 .. $#$row) {
                put(9, $font, $left + $columns->[$i], $y, $row->[$i]);
            }

            my $rule = $y - 4;
            $pages[-1] .= "0.25 w 0.7 G $left $rule m $right $rule l S 0 G\n";
            $font = 'F1';
        }

        $y -= 10;
    }

    sub image {
        my ($which, $width, $height, $caption) = @_;

        need($height + 34);
        $y -= $height + 8;
        $pages[-1] .= "q $width 0 0 $height $left $y cm /$which Do Q\n";
        $y -= 14;
        put(9, 'F3', $left, $y, $caption);
        $y -= 8;
    }

    sub page_list {
        my $count = @pages;

        for my $i (1 .. $count) {
            my $at = "$i of $count";

            $pages[$i - 1] .= "BT /F3 8 Tf 1 0 0 1 $left 44 Tm "
                              . pdf_string($notice) . " Tj ET\n"
                              . "BT /F1 8 Tf 1 0 0 1 510 44 Tm "
                              . pdf_string("Page $at") . " Tj ET\n";
        }

        return @pages;
    }
}


sub discharge_summary {
    page_start();
    summary_text();
    summary_results();
    summary_images();

    my @pages = page_list();
    my ($w, $h) = (208, 256);
    my $gray = "/Type /XObject /Subtype /Image /Width $w /Height $h"
               . " /ColorSpace /DeviceGray /BitsPerComponent 8";
    my $font = '/Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding';

    # 1 catalog, 2 pages, 3 to 5 fonts, 6 and 7 images, 8 info, then pairs
    # of a page and its content

    my @kids = map { 9 + 2 * $_ . ' 0 R' } 0 .. $#pages;

    my @objects = (
        '<< /Type /Catalog /Pages 2 0 R /Lang (en-US)'
            . ' /ViewerPreferences << /DisplayDocTitle true >> >>',
        "<< /Type /Pages /Kids [@kids] /Count " . @kids . ' >>',
        "<< $font /BaseFont /Helvetica >>",
        "<< $font /BaseFont /Helvetica-Bold >>",
        "<< $font /BaseFont /Helvetica-Oblique >>",
        pdf_stream($gray, radiograph($w, $h, 0)),
        pdf_stream($gray, radiograph($w, $h, 1)),
        '<< /Title ' . pdf_string("Discharge summary: $name")
            . ' /Author ' . pdf_string('Tomás Echeverría, MD')
            . ' /Subject (Invented patient, for demonstration only)'
            . ' /Producer (t/data/make_documents.pl)'
            . " /CreationDate (D:20191209113000-06'00') >>",
    );

    for my $content (@pages) {
        push @objects,
            '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]'
            . ' /Resources << /Font << /F1 3 0 R /F2 4 0 R /F3 5 0 R >>'
            . ' /XObject << /Im1 6 0 R /Im2 7 0 R >> >>'
            . ' /Contents ' . (@objects + 2) . ' 0 R >>',
            pdf_stream('', $content);
    }

    return pdf_file(8, @objects);
}


sub summary_text {
    heading('Discharge summary');
    table([ 0, 170, 290, 380 ],
        [ 'Patient', 'Born', 'Sex', 'Record' ],
        [ $name, $patient{born}, $patient{sex}, $patient{mrn} ]);
    table([ 0, 170, 290, 380 ],
        [ 'Admitted', 'Discharged', 'Ward', 'Attending physician' ],
        [ '2019-12-02 18:40', '2019-12-09 11:30', '4 West',
          'Tomás Echeverría, MD' ]);

    heading('Diagnoses');
    paragraph($_, 14, '•') for
        'Community-acquired pneumonia, right lower lobe, Streptococcus '
        . 'pneumoniae (urinary antigen positive); CURB-65 score 2 on '
        . 'admission.',
        'Acute hypoxemic respiratory failure, resolved.',
        'Type 2 diabetes mellitus, HbA1c 7.4 %.',
        'Arterial hypertension; mild concentric left ventricular '
        . 'hypertrophy.',
        'Hypothyroidism, on replacement.',
        'Mild intermittent asthma since childhood.',
        'Allergy to penicillin (urticaria and dyspnea, 1994).';

    heading('History');
    paragraph($_) for
        'The patient, a retired surveyor of 62 years, came to the emergency '
        . 'department with four days of productive cough, fever up to '
        . '39.4 °C, chills and right-sided pleuritic pain. She had become '
        . 'short of breath on the way from the bedroom to the kitchen. Her '
        . 'grandson had been ill with a cold the week before. There had been '
        . 'no travel, no aspiration, no hemoptysis and no leg swelling.',
        'At home she takes metformin, lisinopril, atorvastatin and '
        . 'levothyroxine; albuterol is used about twice a month. She stopped '
        . 'smoking in 1991 after 8 pack-years and drinks a glass of wine on '
        . 'weekends. She lives with her husband in a second-floor apartment '
        . 'and is independent in all activities of daily living.';

    heading('Examination on admission');
    paragraph($_) for
        'Alert, oriented, flushed. Temperature 39.1 °C, heart rate 112/min, '
        . 'blood pressure 104/58 mmHg, respiratory rate 28/min, oxygen '
        . 'saturation 86 % on room air and 94 % with 4 L/min by nasal '
        . 'cannula. Weight 75.2 kg, height 168 cm.',
        'Chest: dullness and bronchial breath sounds over the right base '
        . 'with coarse crackles, pleural rub in the axilla; the left lung is '
        . 'clear, no wheeze. Heart sounds regular, no murmur. Abdomen soft. '
        . 'No edema; calves soft. Skin without rash. Neurology without '
        . 'focal signs.';

    heading('Course');
    paragraph($_) for
        'Blood cultures were drawn and the first dose of levofloxacin 750 mg '
        . 'was given within 70 minutes of arrival, chosen because of the '
        . 'allergy to penicillin. Oxygen was needed until the fourth day. '
        . 'The patient was afebrile from the third day on and the C-reactive '
        . 'protein fell from 264 to 31 mg/L. Treatment was changed to tablets '
        . 'on the fourth day and ended on the seventh.',
        'A small parapneumonic effusion on the right (maximum depth 14 mm) '
        . 'was followed by ultrasound and was not tapped. The creatinine, '
        . '1.31 mg/dL on admission, returned to 0.92 mg/dL with fluids; '
        . 'lisinopril and metformin were paused for three days and then '
        . 'taken up again. Glucose was managed with a correction scale; the '
        . 'highest value was 246 mg/dL on the second day.',
        'On the second day atrial premature beats were seen on the monitor, '
        . 'without atrial fibrillation. Troponin was normal twice. An '
        . 'echocardiogram is planned as an outpatient. Physiotherapy began '
        . 'on the second day; on the day of discharge the patient walked '
        . '400 m and climbed two flights of stairs with a saturation of '
        . '93 % or better.',
        'Pneumococcal and influenza vaccination status was reviewed: PCV13 '
        . 'in 2017; influenza 2019/20 not yet given, and given on the day of '
        . 'discharge. The patient and her husband were told how to take the '
        . 'medicines, what to watch for, and whom to call.';

    heading('Medication at discharge');
    table([ 0, 120, 210, 330 ],
        [ 'Medicine', 'Strength', 'Directions', 'Comment' ],
        [ 'Metformin ER', '500 mg', '2 tablets with dinner', 'unchanged' ],
        [ 'Lisinopril', '10 mg', '1 tablet in the morning',
          'resumed on 2019-12-06' ],
        [ 'Atorvastatin', '40 mg', '1 tablet at night', 'unchanged' ],
        [ 'Levothyroxine', '50 µg', '1 tablet before breakfast',
          'unchanged' ],
        [ 'Albuterol HFA', '90 µg/puff', '2 puffs as needed',
          'technique was checked' ],
        [ 'Acetaminophen', '500 mg', '1–2 tablets as needed',
          'at most 3 g a day, one week' ],
        [ 'Levofloxacin', '750 mg', '—', 'finished on 2019-12-08' ]);

    heading('Advice and follow-up');
    paragraph($_, 14, '•') for
        'Primary care: Dr. Echeverría in 7 to 10 days, with blood count, '
        . 'creatinine and C-reactive protein.',
        'Echocardiogram within four weeks (dyspnea, atrial premature beats).',
        'Chest radiograph in six weeks to show that the infiltrate has '
        . 'cleared.',
        'Zoster vaccine when well again; second dose after 2 to 6 months.',
        'Come back, or call 911, in case of fever above 38.5 °C, worsening '
        . 'dyspnea, chest pain, confusion or bloody sputum.',
        'Pending at discharge: final report of the blood cultures (no growth '
        . 'at five days).';
}


sub summary_results {
    heading('Laboratory results');

    my @days = ('12-02', '12-03', '12-04', '12-05', '12-07', '12-09');

    # name, unit, reference, value on each day

    my @tests = (
        [ 'Hemoglobin', 'g/dL', '12.0–15.5',
          13.4, 12.6, 12.3, 12.4, 12.7, 12.9 ],
        [ 'Hematocrit', '%', '36–46', 40, 38, 37, 37, 38, 39 ],
        [ 'Leukocytes', '10³/µL', '4.0–11.0',
          19.8, 17.2, 13.1, 10.4, 8.8, 7.6 ],
        [ 'Neutrophils', '%', '40–75', 91, 88, 82, 74, 68, 64 ],
        [ 'Platelets', '10³/µL', '150–400', 212, 208, 231, 274, 338, 371 ],
        [ 'C-reactive protein', 'mg/L', '< 5', 264, 241, 168, 104, 55, 31 ],
        [ 'Procalcitonin', 'ng/mL', '< 0.1',
          6.8, 5.1, 2.4, 1.1, 0.3, 0.1 ],
        [ 'Sodium', 'mmol/L', '136–145', 132, 134, 137, 138, 139, 140 ],
        [ 'Potassium', 'mmol/L', '3.5–5.1', 3.6, 3.5, 3.9, 4.1, 4.2, 4.2 ],
        [ 'Chloride', 'mmol/L', '98–107', 96, 99, 102, 103, 103, 104 ],
        [ 'Bicarbonate', 'mmol/L', '22–29', 20, 21, 23, 24, 25, 25 ],
        [ 'Urea nitrogen', 'mg/dL', '7–20', 31, 27, 19, 15, 14, 13 ],
        [ 'Creatinine', 'mg/dL', '0.5–1.1',
          1.31, 1.18, 1.02, 0.97, 0.94, 0.92 ],
        [ 'Glucose', 'mg/dL', '70–140', 231, 246, 188, 162, 141, 136 ],
        [ 'Albumin', 'g/dL', '3.5–5.0', 3.4, 3.1, '3.0', 3.1, 3.3, 3.5 ],
        [ 'Bilirubin, total', 'mg/dL', '0.1–1.2',
          1.1, 0.9, 0.8, 0.7, 0.6, 0.6 ],
        [ 'ALT', 'U/L', '7–35', 34, 36, 41, 39, 33, 28 ],
        [ 'AST', 'U/L', '10–35', 38, 37, 40, 35, 29, 26 ],
        [ 'Lactate', 'mmol/L', '0.5–2.0', 2.9, 1.6, 1.2, 1.1, '1.0', '1.0' ],
        [ 'Troponin T, hs', 'ng/L', '< 14', 9, 10, 8, 8, 7, 7 ],
    );

    table([ 0, 104, 154, 216, 264, 312, 360, 408, 456 ],
          [ 'Test', 'Unit', 'Reference', @days ], @tests);

    heading('Vital signs on the ward');
    noise_from(4711);

    my @vitals = ([ 'Time', 'Temp. °C', 'Heart rate', 'Blood pressure',
                    'Resp. rate', 'SpO2', 'Oxygen' ]);

    for my $i (0 .. 27) {
        my $ease = $i < 12 ? $i : 12;

        push @vitals, [
            sprintf('12-%02d %02d:00', 2 + int(($i + 3) / 4),
                    6 * (($i + 3) % 4)),
            sprintf('%.1f', (391 - 2 * $ease - noise(4)) / 10),
            112 - 2 * $ease - noise(7) . '/min',
            104 + 2 * $ease + noise(9) . '/' . (58 + $ease + noise(7)),
            28 - $ease + noise(3) . '/min',
            94 + noise(4) . ' %',
            $i < 5 ? '4 L/min' : $i < 11 ? '2 L/min' : 'none',
        ];
    }

    table([ 0, 80, 140, 200, 285, 350, 400 ], @vitals);
}


sub summary_images {
    heading('Imaging');
    paragraph('Chest radiograph, 2019-12-02 19:12, accession XR-197198634. '
        . 'Two views. Dense consolidation of the right lower lobe with air '
        . 'bronchogram; blunted right costophrenic angle. Heart of normal '
        . 'size, mediastinum slender. Left lung clear. No pneumothorax.');
    image('Im1', 208, 256, 'Posteroanterior view. Computed picture, not a '
                           . 'radiograph of a person.');
    image('Im2', 208, 256, 'Lateral view. Computed picture, not a radiograph '
                           . 'of a person.');
    paragraph('Ultrasound of the right pleura, 2019-12-05: effusion of 14 mm '
        . 'without septa. Control on 2019-12-08: 8 mm.');

    heading('Signature');
    paragraph('Dictated and signed electronically by Tomás Echeverría, MD, '
        . 'on 2019-12-09 at 11:30. Copy to: the patient; Lakemont Family '
        . 'Practice.');
}


# How far (x, y) is inside of an ellipse: 1000 in the middle, 0 on its edge.

sub inside {
    my ($x, $y, $cx, $cy, $rx, $ry) = @_;
    my $d = 1000 * ($x - $cx) ** 2 / $rx ** 2
            + 1000 * ($y - $cy) ** 2 / $ry ** 2;

    return $d < 1000 ? 1000 - int $d : 0;
}


# Shades of gray that look like a chest, from whole numbers only.

sub radiograph {
    my ($w, $h, $lateral) = @_;
    my $pixels = '';

    noise_from(197198634 % 2147483);

    for my $y (0 .. $h - 1) {
        for my $x (0 .. $w - 1) {
            my $v = 14 + noise(10);

            $v += 70 if inside($x, $y, $w / 2, $h * 0.56, $w * 0.46,
                               $h * 0.60);
            $v += $lateral ? lateral_shade($x, $y, $w, $h)
                           : frontal_shade($x, $y, $w, $h);

            $pixels .= chr($v < 0 ? 0 : $v > 250 ? 250 : int $v);
        }
    }

    return $pixels;
}


sub frontal_shade {
    my ($x, $y, $w, $h) = @_;
    my $v = 0;
    my $dx = abs($x - $w / 2);

    my $right = inside($x, $y, $w * 0.30, $h * 0.50, $w * 0.155, $h * 0.33);
    my $left = inside($x, $y, $w * 0.70, $h * 0.50, $w * 0.155, $h * 0.33);
    my $lung = $right || $left;

    $v -= 18 + $lung * 0.05 if $lung;
    $v += 60 if $dx < 12;
    $v += 20 if $dx < 12 && $y % 13 < 3;
    $v += 62 if inside($x, $y, $w * 0.56, $h * 0.63, $w * 0.17, $h * 0.16);
    $v += 40 if $y > $h * 0.80 - $dx * $dx / 400;

    # the infiltrate, and ribs that bend downwards

    my $spot = inside($x, $y, $w * 0.29, $h * 0.70, $w * 0.13, $h * 0.10);
    $v += $spot * 0.075 + noise(12) if $spot;

    my $bend = ($y + int($dx * $dx / 150)) % 24;
    $v += 24 if $bend < 5 && $dx > 14 && $dx < $w * 0.40 && $y > $h * 0.16
                && $y < $h * 0.82;

    # collar bones

    $v += 34 if abs($y - $h * 0.15 + $dx * 0.12) < 4 && $dx > 10
                && $dx < $w * 0.36;

    return $v;
}


sub lateral_shade {
    my ($x, $y, $w, $h) = @_;
    my $v = 0;
    my $spine = $w * 0.74 + ($y - $h * 0.5) ** 2 / 900;

    my $lung = inside($x, $y, $w * 0.47, $h * 0.47, $w * 0.28, $h * 0.36);

    $v -= 22 + $lung * 0.04 if $lung;
    $v += 58 if abs($x - $spine) < 13;
    $v += 26 if abs($x - $spine) < 13 && $y % 15 < 3;
    $v += 48 if inside($x, $y, $w * 0.38, $h * 0.62, $w * 0.17, $h * 0.15);
    $v += 44 if $y > $h * 0.80 - ($x - $w * 0.45) ** 2 / 700;
    $v += 36 if abs($x - $w * 0.17 - ($y - $h * 0.45) ** 2 / 1500) < 4;

    my $spot = inside($x, $y, $w * 0.60, $h * 0.68, $w * 0.11, $h * 0.11);
    $v += $spot * 0.07 + noise(12) if $spot;

    $v += 16 if ($y + int(abs($x - $w / 2) * 0.35)) % 26 < 4 && $lung;

    return $v;
}


sub small_pdf {
    my $font = '/Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding';
    my $text = "BT /F1 18 Tf 40 90 Td (Small, but a PDF.) Tj ET\n"
               . "BT /F1 9 Tf 40 60 Td " . pdf_string($notice) . " Tj ET\n";

    return pdf_file(6,
        '<< /Type /Catalog /Pages 2 0 R >>',
        '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 150]'
            . ' /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>',
        "<< $font /BaseFont /Helvetica >>",
        pdf_stream('', $text),
        '<< /Title (Small) /Producer (t/data/make_documents.pl) >>');
}


# ---- PNG: a strip of an electrocardiogram ---------------------------------

# Deflate in stored blocks: larger, but the same bytes everywhere.

sub stored {
    my ($data) = @_;
    my $out = "\x78\x01";
    my ($a, $b) = (1, 0);

    for my $byte (unpack 'C*', $data) {
        $a = ($a + $byte) % 65521;
        $b = ($b + $a) % 65521;
    }

    while (length $data) {
        my $part = substr $data, 0, 65535, '';

        $out .= pack('C v v', length $data ? 0 : 1, length $part,
                     ~length($part) & 0xffff) . $part;
    }

    return $out . pack 'N', $b << 16 | $a;
}


my @crc;

sub crc32 {
    my ($data) = @_;
    my $crc = 0xffffffff;

    if (!@crc) {
        for my $n (0 .. 255) {
            my $c = $n;

            $c = $c & 1 ? 0xedb88320 ^ $c >> 1 : $c >> 1 for 1 .. 8;
            push @crc, $c;
        }
    }

    $crc = $crc[($crc ^ $_) & 255] ^ $crc >> 8 for unpack 'C*', $data;

    return $crc ^ 0xffffffff;
}


sub png_chunk {
    my ($type, $data) = @_;

    return pack('N', length $data) . "$type$data"
           . pack('N', crc32("$type$data"));
}


# Two bits a pixel: indices into the palette, in strings of one row each.

sub png_file {
    my ($width, $palette, @rows) = @_;
    my $data = '';

    for my $row (@rows) {
        my $bits = join '', map { sprintf '%02b', ord $_ } split //, $row;

        $data .= "\0" . pack 'B*', $bits . '0' x (-length($bits) % 8);
    }

    return "\x89PNG\r\n\x1a\n"
           . png_chunk('IHDR', pack 'NNCCCCC', $width, scalar @rows, 2, 3, 0,
                               0, 0)
           . png_chunk('PLTE', pack 'C*', map { @$_ } @$palette)
           . png_chunk('tEXt', "Comment\0$notice")
           . png_chunk('IDAT', stored($data))
           . png_chunk('IEND', '');
}


sub ecg_strip {
    my ($width, $height, $base) = (720, 160, 96);

    # the height of the trace at each step of one beat

    my @beat = ((0) x 14, 2, 5, 8, 9, 8, 5, 2, (0) x 8, -6, -3, 20, 46, 62, 40,
                8, -16, -9, -2, (0) x 16, 1, 3, 5, 8, 11, 14, 16, 17, 16, 14,
                10, 6, 3, 1, (0) x 24);
    my @rows = map {
        my $y = $_;

        join '', map { chr($y % 40 == 0 || $_ % 40 == 0 ? 2
                           : $y % 8 == 0 || $_ % 8 == 0 ? 1 : 0) }
             0 .. $width - 1;
    } 0 .. $height - 1;

    noise_from(30417755 % 2147483);

    my $last;

    for my $x (0 .. $width - 1) {
        my $y = $base - $beat[$x % @beat] - noise(2);

        $last = $y if !defined $last;

        my ($from, $to) = $last < $y ? ($last, $y) : ($y, $last);

        substr($rows[$_], $x, 1) = chr 3 for $from .. $to + 1;
        $last = $y;
    }

    return png_file($width, [ [ 255, 252, 250 ], [ 250, 224, 220 ],
                              [ 238, 178, 172 ], [ 20, 24, 40 ] ], @rows);
}


sub small_png {
    return png_file(4, [ [ 0, 0, 0 ], [ 200, 30, 30 ], [ 30, 30, 200 ],
                         [ 255, 255, 255 ] ],
                    "\0\1\2\3", "\1\2\3\0", "\2\3\0\1", "\3\0\1\2");
}


# ---- C-CDA: a Continuity of Care Document ---------------------------------
#
# Sections are built of rows: each row gives a line of the table that people
# read and an entry that programs read.  2.999 is the arc of OIDs that is set
# aside for examples.

my %system = (
    loinc   => [ '2.16.840.1.113883.6.1', 'LOINC' ],
    snomed  => [ '2.16.840.1.113883.6.96', 'SNOMED CT' ],
    rxnorm  => [ '2.16.840.1.113883.6.88', 'RxNorm' ],
    cvx     => [ '2.16.840.1.113883.12.292', 'CVX' ],
    cpt     => [ '2.16.840.1.113883.6.12', 'CPT-4' ],
    act     => [ '2.16.840.1.113883.5.4', 'HL7ActCode' ],
    route   => [ '2.16.840.1.113883.3.26.1.1', 'NCI Thesaurus' ],
    flag    => [ '2.16.840.1.113883.5.83', 'ObservationInterpretation' ],
);

my $ids;


# An identifier of our own, the same on every run.

sub next_id {
    return sprintf '<id root="2.999.17.4.%d" extension="%d"/>', $_[0],
                   70_000_000 + 137 * ++$ids;
}


sub coded {
    my ($tag, $system, $code, $display, $type) = @_;

    return "<$tag" . ($type ? " xsi:type=\"$type\"" : '')
           . " code=\"$code\" codeSystem=\"$system{$system}[0]\""
           . " codeSystemName=\"$system{$system}[1]\""
           . " displayName=\"" . escaped($display) . "\"/>";
}


sub template {
    my ($root, $date) = @_;

    $root = "2.16.840.1.113883.10.20.22.$root";

    return "<templateId root=\"$root\"/>\n"
           . ($date ? "<templateId root=\"$root\" extension=\"$date\"/>\n"
                    : '');
}


# 2019-12-02 becomes 20191202; with a time, the zone is that of the hospital.

sub hl7_time {
    my ($date) = @_;

    my $zone = $date =~ /:/ ? '-0600' : '';

    $date =~ s/[^0-9]//g;

    return "$date$zone";
}


sub period {
    my ($low, $high) = @_;

    return "<effectiveTime xsi:type=\"IVL_TS\">\n"
           . "  <low value=\"" . hl7_time($low) . "\"/>\n"
           . ($high ? "  <high value=\"" . hl7_time($high) . "\"/>\n"
                    : "  <high nullFlavor=\"UNK\"/>\n")
           . "</effectiveTime>\n";
}


sub indented {
    my ($by, $text) = @_;

    my $space = ' ' x $by;

    $text =~ s/^(?=.)/$space/mg;

    return $text;
}


sub author {
    my ($at) = @_;

    return "<author>\n" . indented(2, template('4.119')
        . "<time value=\"" . hl7_time($at) . "\"/>\n"
        . "<assignedAuthor>\n"
        . "  <id root=\"2.999.17.4.1\" extension=\"0044127\"/>\n"
        . "</assignedAuthor>\n") . "</author>\n";
}


# A section: its template, code, title, head of the table, and rows of
# [ [ cells ], entry ].

sub section {
    my ($template, $date, $code, $title, $head, @rows) = @_;
    my ($prefix) = $title =~ /^(\w+)/;
    my $table = '';
    my $n = 0;

    for my $row (@rows) {
        $n++;

        my @cells = map { "<td>" . escaped($_) . "</td>" } @{ $row->[0] };

        $cells[0] =~ s{^<td>(.*)</td>$}
                      {<td><content ID="\L$prefix\E-$n">$1</content></td>};
        $table .= "<tr>\n" . indented(2, join "\n", @cells, '') . "</tr>\n";
    }

    my $heads = join "\n", (map { "<th>" . escaped($_) . "</th>" } @$head), '';

    my $text = "<text>\n  <table border=\"1\" width=\"100%\">\n"
               . "    <thead>\n      <tr>\n" . indented(8, $heads)
               . "      </tr>\n    </thead>\n"
               . "    <tbody>\n" . indented(6, $table)
               . "    </tbody>\n  </table>\n</text>\n";

    my $entries = join '', map {
        "<entry typeCode=\"DRIV\">\n" . indented(2, $_->[1]) . "</entry>\n"
    } grep { $_->[1] } @rows;

    return "<component>\n  <section>\n" . indented(4,
        template($template, $date) . coded('code', 'loinc', @$code) . "\n"
        . "<title>" . escaped($title) . "</title>\n$text$entries")
        . "  </section>\n</component>\n";
}


sub reference {
    my ($prefix, $n) = @_;

    return "<text><reference value=\"#$prefix-$n\"/></text>\n";
}


sub allergies {
    my @rows;
    my $n = 0;

    my @list = (
        [ 'Penicillin G', 'rxnorm', '7980', [ '416098002',
          'Allergy to drug' ], 'Urticaria', '126485001', 'Severe', '24484000',
          '1994-05-11' ],
        [ 'Shellfish', 'snomed', '735029006', [ '414285001',
          'Allergy to food' ], 'Nausea', '422587007', 'Mild', '255604002',
          '2003-08-02' ],
        [ 'Latex', 'snomed', '111088007', [ '419199007',
          'Allergy to substance' ], 'Contact dermatitis', '40275004',
          'Moderate', '6736007', '2011-02-17' ],
        [ 'Codeine', 'rxnorm', '2670', [ '59037007', 'Drug intolerance' ],
          'Vomiting', '422400008', 'Moderate', '6736007', '2015-10-29' ],
    );

    for my $a (@list) {
        my ($what, $system, $code, $kind, $reaction, $rcode, $severity,
            $scode, $since) = @$a;

        $n++;
        push @rows, [ [ $what, $kind->[1], $reaction, $severity, 'Active',
                        $since ],
            "<act classCode=\"ACT\" moodCode=\"EVN\">\n" . indented(2,
            template('4.30', '2015-08-01') . next_id(11) . "\n"
            . "<code code=\"CONC\" codeSystem=\"2.16.840.1.113883.5.6\"/>\n"
            . "<statusCode code=\"active\"/>\n"
            . "<effectiveTime>\n  <low value=\"" . hl7_time($since)
            . "\"/>\n</effectiveTime>\n" . author($since)
            . "<entryRelationship typeCode=\"SUBJ\">\n"
            . "  <observation classCode=\"OBS\" moodCode=\"EVN\">\n"
            . indented(4, template('4.7', '2014-06-09') . next_id(12) . "\n"
                . "<code code=\"ASSERTION\" codeSystem=\"$system{act}[0]\"/>\n"
                . reference('allergies', $n)
                . "<statusCode code=\"completed\"/>\n"
                . "<effectiveTime>\n  <low value=\"" . hl7_time($since)
                . "\"/>\n</effectiveTime>\n"
                . coded('value', 'snomed', @$kind, 'CD') . "\n"
                . "<participant typeCode=\"CSM\">\n"
                . "  <participantRole classCode=\"MANU\">\n"
                . "    <playingEntity classCode=\"MMAT\">\n      "
                . coded('code', $system, $code, $what)
                . "\n    </playingEntity>\n  </participantRole>\n"
                . "</participant>\n"
                . inner('MFST', '4.9', '2014-06-09', $reaction, $rcode)
                . inner('SUBJ', '4.8', '2014-06-09', $severity, $scode))
            . "  </observation>\n</entryRelationship>\n") . "</act>\n" ];
    }

    return section('2.6.1', '2015-08-01',
        [ '48765-2', 'Allergies and adverse reactions' ],
        'Allergies and adverse reactions',
        [ 'Substance', 'Kind', 'Reaction', 'Severity', 'Status', 'Since' ],
        @rows);
}


# An observation inside of an observation: a reaction, or a severity.

sub inner {
    my ($type, $template, $date, $display, $code) = @_;

    my $what = $template eq '4.8'
        ? "<code code=\"SEV\" codeSystem=\"$system{act}[0]\"/>\n"
        : "<code code=\"ASSERTION\" codeSystem=\"$system{act}[0]\"/>\n";

    return "<entryRelationship typeCode=\"$type\" inversionInd=\"true\">\n"
        . "  <observation classCode=\"OBS\" moodCode=\"EVN\">\n"
        . indented(4, template($template, $date) . next_id(13) . "\n$what"
            . "<statusCode code=\"completed\"/>\n"
            . coded('value', 'snomed', $code, $display, 'CD') . "\n")
        . "  </observation>\n</entryRelationship>\n";
}


sub medications {
    my @rows;
    my $n = 0;

    my @list = (
        [ 'Metformin hydrochloride 500 MG extended release oral tablet',
          '860975', '2 tablets with dinner', 24, 2, '2012-06-19', '' ],
        [ 'Lisinopril 10 MG oral tablet', '314076',
          '1 tablet in the morning', 24, 1, '2009-03-02', '' ],
        [ 'Atorvastatin 40 MG oral tablet', '617311', '1 tablet at night', 24,
          1, '2013-01-08', '' ],
        [ 'Levothyroxine sodium 0.05 MG oral tablet', '966221',
          '1 tablet before breakfast', 24, 1, '2005-11-22', '' ],
        [ 'Albuterol 0.09 MG/ACTUAT metered dose inhaler', '745679',
          '2 puffs as needed for wheezing', 6, 2, '2001-04-30', '' ],
        [ 'Aspirin 81 MG oral tablet', '243670', '1 tablet a day', 24, 1,
          '2013-01-08', '2018-05-15' ],
        [ 'Levofloxacin 750 MG oral tablet', '311296',
          '1 tablet a day for 4 days', 24, 1, '2019-12-05', '2019-12-08' ],
        [ 'Acetaminophen 500 MG oral tablet', '198440',
          '1 to 2 tablets as needed, at most 3 g a day', 8, 1, '2019-12-02',
          '2019-12-16' ],
    );

    for my $m (@list) {
        my ($what, $code, $how, $hours, $dose, $from, $to) = @$m;
        my $route = $what =~ /inhaler/
            ? [ 'C38216', 'Respiratory (inhalation) route' ]
            : [ 'C38288', 'Oral route' ];

        $n++;
        push @rows, [ [ $what, $how, $route->[1], $from,
                        $to || 'continuing', $to ? 'Completed' : 'Active' ],
            "<substanceAdministration classCode=\"SBADM\""
            . " moodCode=\"EVN\">\n" . indented(2,
            template('4.16', '2014-06-09') . next_id(21) . "\n"
            . reference('medications', $n)
            . "<statusCode code=\"" . ($to ? 'completed' : 'active')
            . "\"/>\n" . period($from, $to)
            . "<effectiveTime xsi:type=\"PIVL_TS\" operator=\"A\">\n"
            . "  <period value=\"$hours\" unit=\"h\"/>\n</effectiveTime>\n"
            . coded('routeCode', 'route', @$route) . "\n"
            . "<doseQuantity value=\"$dose\"/>\n"
            . "<consumable>\n  <manufacturedProduct classCode=\"MANU\">\n"
            . indented(4, template('4.23', '2014-06-09') . next_id(22) . "\n"
                . "<manufacturedMaterial>\n  "
                . coded('code', 'rxnorm', $code, $what)
                . "\n</manufacturedMaterial>\n")
            . "  </manufacturedProduct>\n</consumable>\n" . author($from))
            . "</substanceAdministration>\n" ];
    }

    return section('2.1.1', '2014-06-09',
        [ '10160-0', 'History of medication use' ], 'Medications',
        [ 'Medicine', 'Directions', 'Route', 'Start', 'End', 'Status' ],
        @rows);
}


sub problems {
    my @rows;
    my $n = 0;

    my @list = (
        [ 'Type 2 diabetes mellitus', '44054006', 'E11.9', '2012-06-19', '' ],
        [ 'Essential hypertension', '59621000', 'I10', '2009-03-02', '' ],
        [ 'Hypothyroidism', '40930008', 'E03.9', '2005-11-22', '' ],
        [ 'Hyperlipidemia', '55822004', 'E78.5', '2013-01-08', '' ],
        [ 'Mild intermittent asthma', '427679007', 'J45.20', '1965-01-01',
          '' ],
        [ 'Community-acquired pneumonia', '385093006', 'J18.9', '2019-12-02',
          '2019-12-09' ],
        [ 'Acute respiratory failure with hypoxia', '65710008', 'J96.01',
          '2019-12-02', '2019-12-06' ],
        [ 'Osteoarthritis of left knee', '239873007', 'M17.12', '2016-07-13',
          '' ],
        [ 'Gastro-esophageal reflux disease', '235595009', 'K21.9',
          '2014-02-25', '2017-09-30' ],
    );

    for my $p (@list) {
        my ($what, $code, $icd, $from, $to) = @$p;
        my $status = $to ? 'completed' : 'active';

        $n++;
        push @rows, [ [ $what, "SNOMED CT $code, ICD-10-CM $icd", $from,
                        $to || '—', $to ? 'Resolved' : 'Active' ],
            "<act classCode=\"ACT\" moodCode=\"EVN\">\n" . indented(2,
            template('4.3', '2015-08-01') . next_id(31) . "\n"
            . "<code code=\"CONC\" codeSystem=\"2.16.840.1.113883.5.6\"/>\n"
            . "<statusCode code=\"$status\"/>\n" . period($from, $to)
            . author($from)
            . "<entryRelationship typeCode=\"SUBJ\">\n"
            . "  <observation classCode=\"OBS\" moodCode=\"EVN\">\n"
            . indented(4, template('4.4', '2015-08-01') . next_id(32) . "\n"
                . coded('code', 'snomed', '55607006', 'Problem') . "\n"
                . reference('problems', $n)
                . "<statusCode code=\"completed\"/>\n" . period($from, $to)
                . "<value xsi:type=\"CD\" code=\"$code\""
                . " codeSystem=\"$system{snomed}[0]\""
                . " displayName=\"" . escaped($what) . "\">\n"
                . "  <translation code=\"$icd\""
                . " codeSystem=\"2.16.840.1.113883.6.90\""
                . " codeSystemName=\"ICD-10-CM\"/>\n</value>\n")
            . "  </observation>\n</entryRelationship>\n") . "</act>\n" ];
    }

    return section('2.5.1', '2015-08-01', [ '11450-4', 'Problem list' ],
        'Problems', [ 'Problem', 'Codes', 'Onset', 'Resolved', 'Status' ],
        @rows);
}


sub procedures {
    my @rows;
    my $n = 0;

    my @list = (
        [ 'Appendectomy', '80146002', '1972-08-21', 'Surgery' ],
        [ 'Colonoscopy', '73761001', '2017-05-04', 'Gastroenterology' ],
        [ 'Transthoracic echocardiography', '433236007', '2016-09-24',
          'Cardiology' ],
        [ 'Plain chest X-ray', '399208008', '2019-12-02', 'Radiology' ],
        [ 'Ultrasonography of pleura', '241449000', '2019-12-05',
          'Pulmonology' ],
        [ 'Transthoracic echocardiography', '433236007', '2019-12-26',
          'Cardiology' ],
    );

    for my $p (@list) {
        my ($what, $code, $at, $service) = @$p;

        $n++;
        push @rows, [ [ $what, $at, $service, 'Completed' ],
            "<procedure classCode=\"PROC\" moodCode=\"EVN\">\n" . indented(2,
            template('4.14', '2014-06-09') . next_id(41) . "\n"
            . coded('code', 'snomed', $code, $what) . "\n"
            . reference('procedures', $n)
            . "<statusCode code=\"completed\"/>\n"
            . "<effectiveTime value=\"" . hl7_time($at) . "\"/>\n"
            . "<performer>\n  <assignedEntity>\n    " . next_id(2) . "\n"
            . "    <addr nullFlavor=\"UNK\"/>\n"
            . "    <telecom nullFlavor=\"UNK\"/>\n"
            . "    <representedOrganization>\n"
            . "      <name>$hospital, $service</name>\n"
            . "    </representedOrganization>\n"
            . "  </assignedEntity>\n</performer>\n" . author($at))
            . "</procedure>\n" ];
    }

    return section('2.7.1', '2014-06-09',
        [ '47519-4', 'History of procedures' ], 'Procedures',
        [ 'Procedure', 'Date', 'Service', 'Status' ], @rows);
}


sub results {
    my @rows;
    my $n = 0;

    # name, LOINC code, unit, low, high, values on the dates of the panel

    my @panels = (
        [ [ '58410-2', 'Complete blood count panel' ],
          [ '2019-06-11 08:10', '2019-12-02 19:05', '2019-12-09 07:20' ],
          [ 'Hemoglobin', '718-7', 'g/dL', 12.0, 15.5, 13.6, 13.4, 12.9 ],
          [ 'Hematocrit', '4544-3', '%', 36, 46, 41, 40, 39 ],
          [ 'Leukocytes', '6690-2', '10*3/uL', 4.0, 11.0, 6.4, 19.8, 7.6 ],
          [ 'Platelets', '777-3', '10*3/uL', 150, 400, 248, 212, 371 ] ],
        [ [ '24323-8', 'Comprehensive metabolic panel' ],
          [ '2019-06-11 08:10', '2019-12-02 19:05', '2019-12-09 07:20' ],
          [ 'Sodium', '2951-2', 'mmol/L', 136, 145, 140, 132, 140 ],
          [ 'Potassium', '2823-3', 'mmol/L', 3.5, 5.1, 4.3, 3.6, 4.2 ],
          [ 'Creatinine', '2160-0', 'mg/dL', 0.5, 1.1, 0.9, 1.31, 0.92 ],
          [ 'Glucose', '2345-7', 'mg/dL', 70, 140, 128, 231, 136 ] ],
        [ [ '24331-1', 'Lipid panel' ], [ '2019-06-11 08:10' ],
          [ 'Cholesterol', '2093-3', 'mg/dL', 0, 200, 184 ],
          [ 'HDL cholesterol', '2085-9', 'mg/dL', 40, 100, 52 ],
          [ 'LDL cholesterol', '13457-7', 'mg/dL', 0, 130, 104 ],
          [ 'Triglyceride', '2571-8', 'mg/dL', 0, 150, 141 ] ],
        [ [ '55399-0', 'Diabetes tracking panel' ],
          [ '2019-06-11 08:10', '2019-12-03 06:45' ],
          [ 'Hemoglobin A1c', '4548-4', '%', 4.0, 5.6, 7.1, 7.4 ] ],
    );

    for my $panel (@panels) {
        my ($code, $dates, @tests) = @$panel;

        for my $i (0 .. $#$dates) {
            my $at = $dates->[$i];
            my $inside = '';
            my @cells;

            $n++;

            for my $t (@tests) {
                my ($what, $loinc, $unit, $low, $high) = @$t;
                my $value = $t->[5 + $i];
                my $flag = $value < $low ? 'L' : $value > $high ? 'H' : 'N';

                push @cells, "$what $value $unit"
                             . ($flag eq 'N' ? '' : " ($flag)");
                $inside .= result($what, $loinc, $unit, $low, $high, $value,
                                  $flag, $at);
            }

            push @rows, [ [ $code->[1], join('; ', @cells), $at, 'Final' ],
                "<organizer classCode=\"BATTERY\" moodCode=\"EVN\">\n"
                . indented(2, template('4.1', '2015-08-01') . next_id(51)
                    . "\n" . coded('code', 'loinc', @$code) . "\n"
                    . "<statusCode code=\"completed\"/>\n"
                    . "<effectiveTime>\n  <low value=\"" . hl7_time($at)
                    . "\"/>\n  <high value=\"" . hl7_time($at)
                    . "\"/>\n</effectiveTime>\n$inside") . "</organizer>\n" ];
        }
    }

    return section('2.3.1', '2015-08-01',
        [ '30954-2', 'Relevant diagnostic tests and laboratory data' ],
        'Results', [ 'Panel', 'Values', 'Collected', 'Status' ], @rows);
}


sub result {
    my ($what, $loinc, $unit, $low, $high, $value, $flag, $at) = @_;
    my %word = (L => 'Low', N => 'Normal', H => 'High');

    return "<component>\n  <observation classCode=\"OBS\" moodCode=\"EVN\">\n"
        . indented(4, template('4.2', '2015-08-01') . next_id(52) . "\n"
            . coded('code', 'loinc', $loinc, $what) . "\n"
            . "<statusCode code=\"completed\"/>\n"
            . "<effectiveTime value=\"" . hl7_time($at) . "\"/>\n"
            . "<value xsi:type=\"PQ\" value=\"$value\" unit=\"$unit\"/>\n"
            . coded('interpretationCode', 'flag', $flag, $word{$flag}) . "\n"
            . "<referenceRange>\n  <observationRange>\n"
            . "    <value xsi:type=\"IVL_PQ\">\n"
            . "      <low value=\"$low\" unit=\"$unit\"/>\n"
            . "      <high value=\"$high\" unit=\"$unit\"/>\n"
            . "    </value>\n  </observationRange>\n</referenceRange>\n")
        . "  </observation>\n</component>\n";
}


sub vital_signs {
    my @rows;

    my @kinds = (
        [ 'Systolic blood pressure', '8480-6', 'mm[Hg]' ],
        [ 'Diastolic blood pressure', '8462-4', 'mm[Hg]' ],
        [ 'Heart rate', '8867-4', '/min' ],
        [ 'Respiratory rate', '9279-1', '/min' ],
        [ 'Body temperature', '8310-5', 'Cel' ],
        [ 'Oxygen saturation', '59408-5', '%' ],
        [ 'Body weight', '29463-7', 'kg' ],
    );

    my @visits = (
        [ '2019-06-11 08:00', 142, 84, 74, 14, 36.6, 98, 76.0 ],
        [ '2019-12-02 18:52', 104, 58, 112, 28, 39.1, 86, 75.2 ],
        [ '2019-12-09 10:15', 132, 78, 78, 16, 36.7, 96, 74.3 ],
        [ '2019-12-26 13:55', 138, 82, 76, 15, 36.8, 97, 74.5 ],
    );

    for my $v (@visits) {
        my ($at, @values) = @$v;
        my $inside = '';

        for my $i (0 .. $#kinds) {
            my ($what, $loinc, $unit) = @{ $kinds[$i] };

            $inside .= "<component>\n"
                . "  <observation classCode=\"OBS\" moodCode=\"EVN\">\n"
                . indented(4, template('4.27', '2014-06-09') . next_id(62)
                    . "\n" . coded('code', 'loinc', $loinc, $what) . "\n"
                    . "<statusCode code=\"completed\"/>\n"
                    . "<effectiveTime value=\"" . hl7_time($at) . "\"/>\n"
                    . "<value xsi:type=\"PQ\" value=\"$values[$i]\""
                    . " unit=\"$unit\"/>\n")
                . "  </observation>\n</component>\n";
        }

        push @rows, [ [ $at, "$values[0]/$values[1] mmHg", "$values[2]/min",
                        "$values[3]/min", "$values[4] °C", "$values[5] %",
                        "$values[6] kg" ],
            "<organizer classCode=\"CLUSTER\" moodCode=\"EVN\">\n"
            . indented(2, template('4.26', '2015-08-01') . next_id(61) . "\n"
                . coded('code', 'snomed', '46680005', 'Vital signs') . "\n"
                . "<statusCode code=\"completed\"/>\n"
                . "<effectiveTime value=\"" . hl7_time($at) . "\"/>\n"
                . $inside) . "</organizer>\n" ];
    }

    return section('2.4.1', '2015-08-01', [ '8716-3', 'Vital signs' ],
        'Vital signs', [ 'Time', 'Blood pressure', 'Heart rate',
                         'Respiratory rate', 'Temperature', 'SpO₂',
                         'Weight' ], @rows);
}


sub immunizations {
    my @rows;
    my $n = 0;

    my @list = (
        [ 'Influenza, seasonal, injectable', '141', '2017-10-12', 'UJ381AA' ],
        [ 'Pneumococcal conjugate PCV 13', '133', '2017-10-12', 'S40219' ],
        [ 'Influenza, seasonal, injectable', '141', '2018-10-30', 'UK114AB' ],
        [ 'Tdap', '115', '2014-03-18', 'C4417BA' ],
        [ 'Influenza, seasonal, injectable', '141', '2019-12-09', 'UL920AC' ],
    );

    for my $v (@list) {
        my ($what, $cvx, $at, $lot) = @$v;

        $n++;
        push @rows, [ [ $what, $at, $lot, 'Completed' ],
            "<substanceAdministration classCode=\"SBADM\" moodCode=\"EVN\""
            . " negationInd=\"false\">\n" . indented(2,
            template('4.52', '2015-08-01') . next_id(71) . "\n"
            . reference('immunizations', $n)
            . "<statusCode code=\"completed\"/>\n"
            . "<effectiveTime value=\"" . hl7_time($at) . "\"/>\n"
            . coded('routeCode', 'route', 'C28161', 'Intramuscular route')
            . "\n<consumable>\n  <manufacturedProduct classCode=\"MANU\">\n"
            . indented(4, template('4.54', '2014-06-09')
                . "<manufacturedMaterial>\n  "
                . coded('code', 'cvx', $cvx, $what)
                . "\n  <lotNumberText>$lot</lotNumberText>\n"
                . "</manufacturedMaterial>\n")
            . "  </manufacturedProduct>\n</consumable>\n")
            . "</substanceAdministration>\n" ];
    }

    return section('2.2.1', '2015-08-01',
        [ '11369-6', 'History of immunizations' ], 'Immunizations',
        [ 'Vaccine', 'Date', 'Lot', 'Status' ], @rows);
}


sub encounters {
    my @rows;
    my $n = 0;

    my @list = (
        [ 'Office visit, established patient', '99213', 'cpt',
          '2019-06-11 07:55', '2019-06-11 08:30', 'Essential hypertension' ],
        [ 'Emergency department visit', '99285', 'cpt', '2019-12-02 17:30',
          '2019-12-02 18:40', 'Community-acquired pneumonia' ],
        [ 'Inpatient stay', 'IMP', 'act', '2019-12-02 18:40',
          '2019-12-09 11:30', 'Community-acquired pneumonia' ],
        [ 'Office visit, established patient', '99214', 'cpt',
          '2019-12-18 09:10', '2019-12-18 09:45',
          'Community-acquired pneumonia' ],
        [ 'Echocardiography', '93306', 'cpt', '2019-12-26 14:05',
          '2019-12-26 14:50', 'Dyspnea on exertion' ],
    );

    for my $e (@list) {
        my ($what, $code, $system, $from, $to, $why) = @$e;

        $n++;
        push @rows, [ [ $what, $from, $to, $why, $hospital ],
            "<encounter classCode=\"ENC\" moodCode=\"EVN\">\n" . indented(2,
            template('4.49', '2015-08-01') . next_id(81) . "\n"
            . coded('code', $system, $code, $what) . "\n"
            . reference('encounters', $n) . period($from, $to)
            . "<performer>\n  <assignedEntity>\n    " . next_id(2) . "\n"
            . "    <assignedPerson>\n      <name>\n"
            . "        <given>Tomás</given>\n"
            . "        <family>Echeverría</family>\n"
            . "        <suffix>MD</suffix>\n      </name>\n"
            . "    </assignedPerson>\n  </assignedEntity>\n</performer>\n"
            . "<participant typeCode=\"LOC\">\n"
            . "  <participantRole classCode=\"SDLOC\">\n"
            . indented(4, template('4.32'))
            . "    <playingEntity classCode=\"PLC\">\n"
            . "      <name>$hospital</name>\n    </playingEntity>\n"
            . "  </participantRole>\n</participant>\n")
            . "</encounter>\n" ];
    }

    return section('2.22.1', '2015-08-01',
        [ '46240-8', 'History of encounters' ], 'Encounters',
        [ 'Encounter', 'Start', 'End', 'Reason', 'Place' ], @rows);
}


sub social_history {
    return section('2.17', '2015-08-01', [ '29762-2', 'Social history' ],
        'Social history', [ 'Item', 'Value', 'Since' ],
        [ [ 'Tobacco smoking status', 'Former smoker', '1991-01-01' ],
          "<observation classCode=\"OBS\" moodCode=\"EVN\">\n"
          . indented(2, template('4.78', '2014-06-09') . next_id(91) . "\n"
              . coded('code', 'loinc', '72166-2', 'Tobacco smoking status')
              . "\n<statusCode code=\"completed\"/>\n"
              . "<effectiveTime value=\"19910101\"/>\n"
              . coded('value', 'snomed', '8517006', 'Ex-smoker', 'CD')
              . "\n") . "</observation>\n" ],
        [ [ 'Alcohol', 'a glass of wine on weekends', '—' ] ],
        [ [ 'Occupation', 'Surveyor, retired', '2018-04-30' ] ]);
}


sub plan {
    my @rows;

    for my $p ([ 'Plain chest X-ray', '36643-5', '2020-01-14' ],
               [ 'Hemoglobin A1c', '4548-4', '2020-03-10' ],
               [ 'Ultrasound of pleura, follow-up', '24630-6',
                 '2020-01-28' ])
    {
        my ($what, $loinc, $at) = @$p;

        push @rows, [ [ $what, $at, 'Planned' ],
            "<observation classCode=\"OBS\" moodCode=\"RQO\">\n"
            . indented(2, template('4.44', '2014-06-09') . next_id(95) . "\n"
                . coded('code', 'loinc', $loinc, $what) . "\n"
                . "<statusCode code=\"active\"/>\n"
                . "<effectiveTime value=\"" . hl7_time($at) . "\"/>\n")
            . "</observation>\n" ];
    }

    return section('2.10', '2014-06-09', [ '18776-5', 'Plan of treatment' ],
        'Plan of treatment', [ 'Activity', 'Date', 'Status' ], @rows);
}


sub ccd_header {
    my ($title) = @_;

    my $street = escaped($patient{street});
    my $born = hl7_time($patient{born});
    my ($given, $middle) = split / /, $patient{given};

    my $addr = '<addr use="WP"><streetAddressLine>1200 Harbor Road'
               . '</streetAddressLine><city>Lakemont</city><state>MO</state>'
               . '<postalCode>64999</postalCode><country>US</country></addr>';

    return <<"END";
<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="https://styles.example.org/cda.xsl"?>
<!-- $notice -->
<ClinicalDocument xmlns="urn:hl7-org:v3"
    xmlns:sdtc="urn:hl7-org:sdtc"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <realmCode code="US"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/>
  <templateId root="2.16.840.1.113883.10.20.22.1.2" extension="2015-08-01"/>
  <id root="2.999.17.4.90" extension="CCD-$patient{id}"/>
  <code code="34133-9" codeSystem="2.16.840.1.113883.6.1"
      codeSystemName="LOINC" displayName="Summarization of episode note"/>
  <title>$title</title>
  <effectiveTime value="20191227080000-0600"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="en-US"/>
  <recordTarget>
    <patientRole>
      <id root="2.999.17.4.3" extension="$patient{id}"/>
      <id root="2.999.17.4.4" extension="$patient{mrn}"/>
      <addr use="HP">
        <streetAddressLine>$street</streetAddressLine>
        <city>$patient{city}</city>
        <state>$patient{state}</state>
        <postalCode>$patient{zip}</postalCode>
        <country>US</country>
      </addr>
      <telecom use="HP" value="tel:$patient{phone}"/>
      <patient>
        <name use="L">
          <given>$given</given>
          <given>$middle</given>
          <family>$patient{family}</family>
        </name>
        <administrativeGenderCode code="F"
            codeSystem="2.16.840.1.113883.5.1" displayName="$patient{sex}"/>
        <birthTime value="$born"/>
        <maritalStatusCode code="M" codeSystem="2.16.840.1.113883.5.2"
            displayName="Married"/>
        <languageCommunication>
          <languageCode code="sv"/>
          <preferenceInd value="false"/>
        </languageCommunication>
        <languageCommunication>
          <languageCode code="en"/>
          <preferenceInd value="true"/>
        </languageCommunication>
      </patient>
      <providerOrganization>
        <id root="2.999.17.4"/>
        <name>$hospital</name>
        <telecom use="WP" value="tel:+1-555-0100"/>
        $addr
      </providerOrganization>
    </patientRole>
  </recordTarget>
  <author>
    <time value="20191227080000-0600"/>
    <assignedAuthor>
      <id root="2.999.17.4.1" extension="0044127"/>
      $addr
      <telecom use="WP" value="tel:+1-555-0117"/>
      <assignedPerson>
        <name><given>Tomás</given><family>Echeverría</family></name>
      </assignedPerson>
      <representedOrganization>
        <id root="2.999.17.4"/>
        <name>$hospital</name>
      </representedOrganization>
    </assignedAuthor>
  </author>
  <custodian>
    <assignedCustodian>
      <representedCustodianOrganization>
        <id root="2.999.17.4"/>
        <name>$hospital</name>
        <telecom use="WP" value="tel:+1-555-0100"/>
        $addr
      </representedCustodianOrganization>
    </assignedCustodian>
  </custodian>
  <documentationOf>
    <serviceEvent classCode="PCPR">
      <effectiveTime>
        <low value="20190601"/>
        <high value="20191227"/>
      </effectiveTime>
    </serviceEvent>
  </documentationOf>
END
}


sub ccd {
    $ids = 0;

    return ccd_header('Continuity of Care Document')
        . "  <component>\n    <structuredBody>\n"
        . allergies() . medications() . problems() . procedures()
        . results() . vital_signs() . immunizations() . encounters()
        . social_history() . plan()
        . "    </structuredBody>\n  </component>\n</ClinicalDocument>\n";
}


sub small_ccd {
    $ids = 0;

    return ccd_header('Continuity of Care Document (small)')
        . "  <component>\n    <structuredBody>\n"
        . plan()
        . "    </structuredBody>\n  </component>\n</ClinicalDocument>\n";
}


# Last, since the tables above must have been filled.

output('conf-examples/documents/TR-197198634.html', echo_report());
output('conf-examples/documents/XR-197198634.pdf', discharge_summary());
output('conf-examples/documents/CCD-12724066.xml', ccd());
output('conf-examples/documents/IM-30417755.png', ecg_strip());

output('t/data/small.html', small_html());
output('t/data/small.pdf', small_pdf());
output('t/data/small-ccd.xml', small_ccd());
output('t/data/small.png', small_png());

exit($differ);
