/// The looks of steps, questions, paper and narrow screens.
enum StyleParts {
  static let steps = #"""
    .lesson>header,.lesson>.opening,.lesson>.levels,.lesson>.question,.lesson>.prose,.lesson>.contrast,.lesson>.reality,
    .lesson>.ending,.lesson>.locked{max-width:42rem}
    .levels{border:0;padding:0;margin:1.5rem 0;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;font-size:.95rem}
    .levels legend{float:left;padding:.35rem 0;margin:0 1rem 0 0;color:var(--quiet);font-size:1em;font-weight:400} .levels label{padding:.35rem 0;cursor:pointer}
    .levels input{accent-color:var(--flow)}
    .scene{margin:2.5rem 0;padding-top:1.5rem;border-top:1px solid var(--line)}
    .contrast{border-top:3px double var(--quiet)} .contrast h2{margin:0}
    .then>.prose{border-left:3px solid var(--quiet);padding-left:1rem;margin-bottom:1.2rem} .then>.prose>:last-child{margin-bottom:0}
    .player{border:1px solid var(--line);border-radius:10px;background:var(--raised);padding:1rem;margin-top:1.2rem}
    figure{margin:0 0 .8rem} svg{display:block;width:100%;height:auto;max-width:34rem;margin:0 auto}
    svg text{font-size:12.5px;text-anchor:middle;fill:var(--ink)}
    svg .place{font-size:11px;fill:var(--quiet)} svg .long{font-size:11px;letter-spacing:-.02em}
    svg .frame{fill:none;stroke:var(--line)}
    svg .part rect{fill:var(--paper);stroke:var(--quiet);stroke-width:1}
    svg .mark{display:none;fill:var(--act)}
    svg .hears rect{fill:var(--flow-soft);stroke:var(--flow);stroke-width:1.6}
    svg .acts rect{fill:var(--act-soft);stroke:var(--act);stroke-width:2.4}
    svg .acts text{font-weight:700} svg .acts .mark{display:block}
    svg .stopped rect{stroke-dasharray:4 3} svg .stopped text{fill:var(--quiet)} svg .cross{stroke:var(--quiet);stroke-width:1.5}
    svg .wire{display:none} svg .lit{display:block} svg .shaft{fill:none;stroke:var(--flow);stroke-width:2.4} svg .head{fill:var(--flow)}
    .pods{font-size:.88rem;color:var(--quiet);text-align:center;margin-top:.6rem;min-height:1.6em}
    .pods .pod{display:block} .pod span{white-space:nowrap} .pods b{color:var(--ink)} .pods i{font-style:normal;opacity:.85}
    .tools{display:flex;flex-wrap:wrap;gap:.4rem;align-items:center;margin-bottom:.6rem}
    .tools button{min-width:2.75rem;padding:.2rem .5rem} .tools .play{min-width:5.5rem} .tools .where{margin-left:auto;color:var(--quiet);
      font-size:.88rem;font-variant-numeric:tabular-nums}
    .steps{margin:0;padding:0 0 0 2.4rem;font-size:.95rem}
    .steps .step{padding:.25rem .5rem;border-left:3px solid transparent}
    .step::marker{color:var(--quiet);font-size:.85em;font-variant-numeric:tabular-nums}
    .step p{margin:0} .step .time{color:var(--quiet);font-size:.85em;white-space:nowrap;font-variant-numeric:tabular-nums}
    .step .more{font-size:.92em;margin:.3rem 0 .5rem;color:var(--quiet)} .step .more code{color:var(--ink)}
    .step .more ul{padding-left:1.1rem;margin:.3rem 0} .step .more>*+*{margin-top:.25rem}
    .changes{list-style:none} .step .more .changes{padding-left:0} .changes .sign{display:inline-block;width:1.1em;font-weight:700;color:var(--done)}
    .changes ins{text-decoration:none;color:var(--done);font-weight:600} .changes del{color:var(--quiet)}
    .changes pre{max-height:20rem;overflow:auto;margin:.4rem 0}
    @supports selector(:has(a)){
      .lesson:has(.level.story:checked) :is(.step.detail,.step.wire){display:none}
      .lesson:has(.level.detail:checked) .step.wire{display:none}
    }
    .js .steps{max-height:80vh;overflow-y:auto}
    .js .step{cursor:pointer} .js .step:not([aria-current]) .more{display:none}
    .js .step[aria-current]{border-left-color:var(--act);background:var(--act-soft);border-radius:0 6px 6px 0}
    .js .step[aria-current] .did{font-weight:500} .js .step[aria-current] .time,.js .step[aria-current] .more{color:var(--ink)}
    .fault details{margin-bottom:1rem}
    .life{margin-top:1rem} .life .wide{overflow-x:auto;margin:.8rem 0} .life table{border-collapse:collapse;font-size:.86rem;min-width:44rem}
    .life caption{text-align:left;font-weight:600;padding:.2rem 0} .life th,.life td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-top:1px solid var(--line)}
    .life code{display:block;white-space:nowrap} .life ul{margin:0;padding-left:1rem}

    """#

  static let questions = #"""
    fieldset{border:0;margin:0;padding:0;min-width:0} legend{padding:0;font-size:1.12rem;font-weight:600;margin-bottom:.8rem;line-height:1.45}
    .option{display:flex;gap:.7rem;align-items:baseline;padding:.55rem .8rem;margin:0 0 .45rem;border:1px solid var(--line);border-radius:8px;
      background:var(--raised);cursor:pointer}
    .option:hover{border-color:var(--flow)} .option:has(:checked){border-color:var(--flow);background:var(--flow-soft)}
    .option:has(:focus-visible){outline:3px solid var(--flow);outline-offset:2px} .option :focus-visible{outline:0}
    .option input{accent-color:var(--flow);flex:none;width:1.05rem;height:1.05rem;margin:0;align-self:center}
    .option .number{color:var(--quiet);font-size:.85em;font-variant-numeric:tabular-nums} html:not(.js) .option .number{display:none}
    .option .words{min-width:0} .option .sign{margin-left:auto;font-weight:700}
    .settled .option{cursor:default} .settled .option:hover{border-color:var(--line)}
    .order{padding-left:1.8rem} .order li{padding:.35rem .5rem;border-bottom:1px solid var(--line)}
    .js .order li{display:list-item} .order .moves{float:right;display:inline-flex;gap:.3rem;margin-left:.6rem} .order li::after{content:"";display:block;clear:both}
    .order .moves button{min-width:2.5rem;padding:0}
    .actions{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:1rem 0 0} .actions .skip-question{margin-left:auto;padding:.4rem .2rem;border-color:transparent;
      background:none;color:var(--quiet);text-decoration:underline}
    .hintbox:not(:empty){margin:1rem 0 0;padding:.6rem 1rem;border-left:3px solid var(--flow);background:var(--flow-soft);border-radius:0 6px 6px 0}
    .hintbox p{margin:.2rem 0} .complaint{color:var(--act);font-weight:600;margin:.6rem 0 0}
    .js .hints{display:none} .hints{margin-top:.8rem}
    details.answer{margin-top:1rem} .js .question:not(.settled) details.answer{display:none}
    .verdicts{list-style:none;padding:0;margin-top:.8rem} .verdicts li,.sequence li{padding:.5rem 0;border-top:1px solid var(--line)} .verdicts p{margin:.15rem 0}
    .verdicts .verdict,.feedback .verdict{font-size:.85rem;border:1px solid currentColor;border-radius:99px;padding:.05rem .6rem;color:var(--quiet)}
    .verdicts .right .verdict,.feedback .right .verdict{color:var(--done)} .verdicts .wrong .verdict,.feedback .wrong .verdict{color:var(--act)}
    .verdicts .verdict::before,.feedback .verdict::before{content:"✕ "} .right .verdict::before{content:"✓ "!important}
    .idea{font-size:.95em}
    .suppose{font-size:.95em;margin:.3rem 0} .suppose summary{color:var(--flow)}
    .worlds{display:grid;grid-template-columns:1fr;gap:.6rem;margin:.5rem 0}
    .worlds>div{border:1px solid var(--line);border-top-width:3px;border-radius:4px 4px 8px 8px;padding:.5rem .8rem;background:var(--raised);min-width:0}
    .worlds .real{border-top-color:var(--done)} .worlds .believed{border-top-color:var(--act)} .worlds ol{margin:.3rem 0 0;padding-left:1.2rem}
    .worlds li{padding:.15rem 0!important;border:0!important;margin:0!important;overflow-wrap:anywhere} .worlds li:first-child{font-weight:500}
    .worlds ins{text-decoration:none;font-weight:600} .worlds li b{font-weight:600}
    @media (min-width:40rem){.worlds{grid-template-columns:1fr 1fr}}
    .feedback:not(:empty){margin:1.2rem 0 0;padding:1rem 1.2rem;border:1px solid var(--line);border-left-width:5px;border-radius:4px 8px 8px 4px}
    .feedback.right{border-left-color:var(--done);background:var(--done-soft)} .feedback.wrong{border-left-color:var(--act);background:var(--act-soft)}
    .feedback.right .say{color:var(--done)} .feedback.wrong .say{color:var(--act)} .feedback .say{font-size:1.1rem;font-weight:700;margin:0 0 .4rem}
    .feedback ul{list-style:none;padding:0;margin:.5rem 0} .feedback li+li{margin-top:.6rem} .feedback p{margin:.3rem 0} .feedback .buttons{margin-top:.8rem;display:flex;gap:.5rem;flex-wrap:wrap}
    .feedback .verdict{color:var(--ink)!important} .hint::first-letter{text-transform:uppercase}
    .locked{color:var(--quiet);border:1px dashed var(--line);border-radius:8px;padding:.8rem 1.2rem;text-align:center}

    """#

  static let media = #"""
    @media (min-width:68rem){
      .lesson>.beat,.lesson>.between{display:grid;grid-template-columns:minmax(0,42rem) minmax(0,27rem);column-gap:2.5rem;align-content:start;
        grid-template-rows:repeat(4,auto) 1fr}
      .beat>*,.between>*{grid-column:1} .beat>.player,.between>.player{display:contents}
      .beat>.player>*,.between>.player>*{grid-column:1} .beat>.player>figure,.between>.player>figure{grid-column:2;grid-row:1/span 6;
        position:sticky;top:1rem;align-self:start;border:1px solid var(--line);border-radius:10px;background:var(--raised);padding:1rem;margin:0}
      .fault .player{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,27rem);column-gap:2rem;grid-template-rows:auto 1fr}
      .fault .player>*{grid-column:1} .fault .player>figure{grid-column:2;grid-row:1/span 2;position:sticky;top:1rem;align-self:start}
      .fault>.prose,.fault>h3{max-width:42rem}
    }
    @media (max-width:30rem){
      .player{padding:.6rem .5rem;margin-left:-.5rem;margin-right:-.5rem} .steps{padding-left:1.9rem}
      .bar{gap:.1rem .6rem;font-size:.9rem} .bar nav{gap:.6rem} .bar button{min-width:2.25rem}
      .tools{gap:.3rem} .tools button{min-width:2.5rem} .tools .play{min-width:4.6rem} .tools .where{width:100%;margin:0}
      .js .steps{max-height:max(14rem,calc(100vh - 26rem));overflow-y:auto;overscroll-behavior:auto}
      svg text{font-size:13px} svg .long{font-size:11.5px}
    }
    @media (prefers-reduced-motion:no-preference){
      html{scroll-behavior:smooth} svg .part rect,.step{transition:fill .2s,background-color .2s}
      svg .lit .shaft{stroke-dasharray:6 5;animation:run .7s linear infinite} @keyframes run{to{stroke-dashoffset:-11}}
    }
    @media (forced-colors:active){svg .acts rect{stroke-width:4}.js .step[aria-current]{outline:2px solid}}
    @media print{
      .bar,.skip,.foot,.levels,.tools,.actions,.answers,.turn,.locked,dialog{display:none!important}
      html{font-size:11pt} .scene,.player{break-inside:auto} svg{max-width:11cm} figure,.option{break-inside:avoid}
      .js .steps{max-height:none;overflow:visible} .js .step:not([aria-current]) .more{display:block} .js .step[aria-current]{background:none}
      a{color:inherit}
    }
    """#
}
