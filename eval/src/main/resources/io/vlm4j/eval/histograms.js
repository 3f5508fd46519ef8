"use strict";
// Draws every .histogram from its data-histogram attribute, and again when the colour scheme changes.
(() => {
  const HEIGHT = 170;
  const TICKS = 6; // about so many numbers beneath the bars
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const number = value => value >= 100 ? Math.round(value).toLocaleString("en") : String(+value.toPrecision(3));
  const short = value => {
    if (value >= 1e6) return +(value / 1e6).toPrecision(3) + " M";
    return value >= 1e4 ? +(value / 1e3).toPrecision(3) + " k" : number(value);
  };

  // Bar i reaches from i to i + 1, whatever values its edges stand for: they may grow by factors.
  function draw(host) {
    const {unit, edges, counts} = JSON.parse(host.dataset.histogram);
    const bars = counts.length;
    const whole = edges.every(edge => edge === Math.round(edge)) && edges.every((edge, i) => !i || edge - edges[i - 1] === 1);
    const font = "12px " + css("--sans");
    const axis = {
      stroke: css("--quiet"),
      font,
      grid: {stroke: css("--grid"), width: 1},
      ticks: {stroke: css("--grid"), width: 1, size: 5},
    };
    const every = Math.max(1, Math.ceil(bars / TICKS));
    const marks = [];
    for (let i = 0; i < (whole ? bars : bars + 1); i += every) marks.push(whole ? i + 0.5 : i);
    const all = counts.reduce((sum, count) => sum + count, 0);
    // What is in the legend while the pointer is elsewhere: everything.
    const range = at => at == null ? number(edges[0]) + " – " + number(edges[whole ? bars - 1 : bars])
      : whole ? number(edges[at])
      : number(edges[at]) + " – " + number(edges[at + 1]);
    return new uPlot({
      width: host.clientWidth,
      height: HEIGHT,
      series: [
        {label: unit || "value", value: (plot, value, series, at) => range(at)},
        {
          label: "count",
          stroke: css("--series-1"),
          fill: css("--series-1") + "99",
          width: 1,
          paths: uPlot.paths.bars({size: [0.9, 64], align: 0}),
          points: {show: false},
          value: (plot, value) => (value ?? all).toLocaleString("en"),
        },
      ],
      scales: {
        x: {time: false, range: () => [0, bars]},
        y: {range: (plot, low, high) => [0, Math.max(1, high * 1.06)]},
      },
      axes: [
        {
          ...axis,
          size: 28,
          grid: {show: false},
          splits: () => marks,
          values: (plot, values) => values.map(value => short(edges[Math.floor(value)])),
        },
        {...axis, size: 52, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500].concat([1e3, 1e4, 1e5, 1e6, 1e7].flatMap(p => [p, 2 * p, 5 * p])), values: (plot, values) => values.map(short)},
      ],
      cursor: {y: false, points: {show: false}, drag: {x: false, y: false}},
      padding: [8, 12, 0, 0],
    }, [counts.map((count, i) => i + 0.5), counts], host);
  }

  const hosts = [...document.querySelectorAll(".histogram")];
  let plots = hosts.map(draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    plots.forEach(plot => plot.destroy());
    plots = hosts.map(draw);
  });
  const resize = new ResizeObserver(entries => entries.forEach(entry => {
    plots[hosts.indexOf(entry.target)].setSize({width: entry.target.clientWidth, height: HEIGHT});
  }));
  hosts.forEach(host => resize.observe(host));
})();
