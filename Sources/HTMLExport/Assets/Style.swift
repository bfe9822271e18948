/// How pages look: paper and ink, a measure that reads well, and three colours that never speak alone.
///
/// Amber acts, blue carries, green is settled. Fonts are the system's.
enum Style {
  static let text =
    ":root{color-scheme:light dark;\(light)}\n"
    + "@media (prefers-color-scheme:dark){:root:not([data-theme=light]){\(dark)}}\n"
    + ":root[data-theme=light]{color-scheme:light}\n"
    + ":root[data-theme=dark]{color-scheme:dark;\(dark)}\n"
    + base + frame + StyleParts.steps + StyleParts.questions + StyleParts.media

  private static let light =
    "--paper:#fcfbf8;--raised:#fff;--ink:#1f2328;--quiet:#5b616b;--line:#d8d4c9;"
    + "--act:#8a4b00;--act-soft:#fbe8c8;--flow:#1a5599;--flow-soft:#e2edf9;--done:#1f6339;--done-soft:#e0f1e5"
  private static let dark =
    "--paper:#14171c;--raised:#1b1f26;--ink:#e5e2db;--quiet:#a6abb4;--line:#373e48;"
    + "--act:#f2b662;--act-soft:#3c2c12;--flow:#92bff5;--flow-soft:#172b43;--done:#88d39e;--done-soft:#163222"

  private static let base = #"""
    *{box-sizing:border-box}
    html{font:100%/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
      background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
    html:lang(ko){font-family:system-ui,-apple-system,"Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR","Noto Sans CJK KR",sans-serif;
      word-break:keep-all}
    body{margin:0;overflow-wrap:break-word}
    h1,h2,h3,h4{line-height:1.25;margin:2.5rem 0 .75rem;text-wrap:balance}
    h1{font-size:clamp(1.7rem,1.2rem + 2.4vw,2.5rem);margin:.2rem 0 .5rem;letter-spacing:-.01em}
    h2{font-size:1.35rem} h3{font-size:1.1rem}
    p,ul,ol,dl,pre,blockquote,table{margin:0 0 1rem}
    li>p:last-child,dd>p:last-child,blockquote>p:last-child{margin-bottom:.3rem}
    a{color:var(--flow);text-decoration-thickness:1px;text-underline-offset:.18em}
    a:hover{text-decoration-thickness:2px}
    a.word{color:inherit;text-decoration-style:dotted;text-decoration-color:var(--flow)}
    code,kbd,pre{font-family:ui-monospace,SFMono-Regular,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.9em}
    code{overflow-wrap:anywhere}
    pre{padding:.75rem 1rem;border:1px solid var(--line);border-radius:6px;background:var(--raised);
      overflow-x:auto;line-height:1.45}
    pre code{font-size:.95em;overflow-wrap:normal}
    kbd{border:1px solid var(--line);border-bottom-width:2px;border-radius:4px;padding:0 .4em;background:var(--raised)}
    blockquote{border-left:3px solid var(--line);padding-left:1rem;margin-left:0;color:var(--quiet)}
    hr{border:0;border-top:1px solid var(--line);margin:2rem 0}
    .wide{overflow-x:auto}
    table{border-collapse:collapse;font-size:.95em} th,td{text-align:left;padding:.35rem .9rem .35rem 0;
      border-bottom:1px solid var(--line);vertical-align:top}
    summary{cursor:pointer;color:var(--flow)}
    button,input[type=text]{font:inherit;color:inherit;background:var(--raised);border:1px solid var(--quiet);
      border-radius:6px;padding:.4rem .8rem;min-height:2.5rem}
    button{cursor:pointer} button:hover{border-color:var(--flow)}
    button[disabled]{opacity:.45;cursor:default}
    button.primary{background:var(--flow);border-color:var(--flow);color:var(--paper);font-weight:600}
    button[aria-pressed=true]{background:var(--flow-soft);border-color:var(--flow);font-weight:600}
    :focus-visible{outline:3px solid var(--flow);outline-offset:2px;border-radius:4px}
    main:focus,h2:focus{outline:0} h2:focus-visible{outline:2px solid var(--flow);outline-offset:4px}
    [hidden]{display:none!important}
    html:not(.js) .scripted{display:none}
    .quiet{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    .eyebrow{font-size:.85rem;font-weight:600;color:var(--quiet);letter-spacing:.03em;margin:0 0 .6rem}
    .eyebrow::first-letter{text-transform:uppercase} .eyebrow a{color:inherit}
    .facts{color:var(--quiet);font-size:.92rem} .facts span+span:not(:empty)::before{content:" · "}

    """#

  private static let frame = #"""
    .skip{position:absolute;left:-99rem} .skip:focus{left:1rem;top:.5rem;background:var(--raised);padding:.5rem 1rem;z-index:9}
    .bar{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;align-items:center;padding:.5rem clamp(1rem,4vw,3rem);
      border-bottom:1px solid var(--line);font-size:.95rem}
    .bar a{color:inherit;text-decoration:none;padding:.35rem 0;display:inline-block} .bar a:hover{text-decoration:underline}
    .bar .home{font-weight:700;margin-right:auto}
    .bar nav{display:flex;gap:1rem} .languages [aria-current]{font-weight:600;border-bottom:2px solid var(--act)}
    .bar button{min-width:2.5rem;padding:0;border-color:transparent;background:none;font-size:1.1rem}
    main{padding:clamp(1.2rem,3vw,2.5rem) clamp(1rem,4vw,3rem) 3rem;max-width:78rem;margin:0 auto}
    main>article:not(.lesson),main>section,main>header,.front{max-width:42rem;margin-left:auto;margin-right:auto}
    .notice{margin:0;padding:.6rem clamp(1rem,4vw,3rem);background:var(--flow-soft);font-size:.95rem}
    .foot{padding:1rem clamp(1rem,4vw,3rem) 2rem;color:var(--quiet);font-size:.85rem;text-align:center}
    .cover{padding:1.5rem 0 .5rem} .lead{font-size:1.2rem;color:var(--quiet)}
    .lessons{padding:0;list-style:none;counter-reset:lesson}
    .lessons li{border-top:1px solid var(--line);padding:.8rem 0 .2rem 2.2rem;position:relative;counter-increment:lesson}
    .lessons li::before{content:counter(lesson);position:absolute;left:.2rem;color:var(--quiet);font-variant-numeric:tabular-nums}
    .lessons a{font-size:1.1rem;font-weight:600}
    .lessons .facts{margin:.1rem 0 .6rem}
    .lesson-progress.passed{color:var(--done);font-weight:600}
    .entry h2{margin:2rem 0 .4rem;font-size:1.15rem} .entry:target{background:var(--flow-soft);
      box-shadow:0 0 0 .7rem var(--flow-soft);border-radius:2px}
    .words dt{font-weight:600} .words dd{margin:0 0 .6rem 0}
    .words summary{margin-bottom:.6rem}
    .answers{border:1px solid var(--line);border-radius:8px;padding:1rem 1.2rem;margin-top:2.5rem;margin-bottom:1.5rem;background:var(--raised)}
    .answers .progress{font-weight:600} .answers label{margin-right:.4rem} .answers small{display:block;color:var(--quiet)}
    .answers p:last-child{margin-bottom:0} .answers .buttons{display:flex;flex-wrap:wrap;gap:.6rem}
    .turn{display:flex;flex-wrap:wrap;gap:1rem;justify-content:space-between}
    .turn a{text-decoration:none;flex:0 1 auto} .turn span{display:block;font-size:.85rem;color:var(--quiet)}
    .turn .next{margin-left:auto;text-align:right}
    dialog{border:1px solid var(--line);border-radius:10px;background:var(--paper);color:inherit;max-width:28rem;
      width:calc(100% - 2rem);padding:1.2rem 1.5rem}
    dialog::backdrop{background:#0008} dialog h2{margin:0 0 .8rem}
    dialog dl{display:grid;grid-template-columns:auto 1fr;gap:.35rem 1rem} dialog dd{margin:0} dialog kbd+kbd{margin-left:.3rem}

    """#
}
