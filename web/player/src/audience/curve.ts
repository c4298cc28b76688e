/** The curve: learnt with its band, random and best as dashed lines, a vertical for each promotion. */
import uPlot from "uplot";
import type { Audience } from "../demo.js";
import { el, say } from "../dom.js";
import { onTheme } from "../theme.js";
import { count, percent } from "../words.js";
import { answersTop, rateTicks } from "./scale.js";
import { last, times } from "./sentences.js";

const LOW = 1;
const HIGH = 2;
/** Under this the words at the line's end keep to the number. */
const NARROW_PX = 480;

interface Colours {
  learnt: string;
  best: string;
  random: string;
  event: string;
  grid: string;
  axis: string;
  muted: string;
  text: string;
  font: string;
}

function colours(): Colours {
  const style = getComputedStyle(document.body);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    learnt: token("--c1"),
    best: token("--c3"),
    random: token("--c5"),
    event: token("--c2"),
    grid: token("--grid"),
    axis: token("--control"),
    muted: token("--muted"),
    text: token("--text"),
    font: style.fontFamily,
  };
}

function columns(audience: Audience): uPlot.AlignedData {
  const { points, random, best } = audience;
  return [
    points.map((point) => point.answers),
    points.map((point) => point.low),
    points.map((point) => point.high),
    points.map(() => random),
    points.map(() => best),
    points.map((point) => point.learnt),
  ];
}

/** Draws into `target` and follows its width, the theme and the arrow keys. */
export class Curve {
  private plot: uPlot | null = null;
  private audience: Audience | null = null;
  private readonly reading = el("div", { class: "reading" });

  constructor(private readonly target: HTMLElement) {
    this.reading.hidden = true;
    new ResizeObserver(() => this.rebuild()).observe(target);
    onTheme(() => this.rebuild());
    target.addEventListener("keydown", (event) => this.step(event));
    target.addEventListener("blur", () => this.plot?.setCursor({ left: -10, top: -10 }));
  }

  show(audience: Audience): void {
    this.audience = audience;
    if (audience.points.length === 0) return;
    if (!this.plot) this.rebuild();
    else this.plot.setData(columns(audience));
  }

  private rebuild(): void {
    const width = this.target.clientWidth;
    this.plot?.destroy();
    this.plot = null;
    if (!this.audience || this.audience.points.length === 0 || width === 0) return;
    this.plot = new uPlot(this.options(width, this.target.clientHeight, colours()), columns(this.audience), this.target);
    this.target.append(this.reading);
  }

  private options(width: number, height: number, c: Colours): uPlot.Options {
    const small = `12px ${c.font}`;
    const line = (stroke: string, more: Partial<uPlot.Series> = {}): uPlot.Series => ({ stroke, width: 1.5, points: { show: false }, ...more });
    const hidden: uPlot.Series = { stroke: "transparent", width: 0, points: { show: false } };
    return {
      width,
      height,
      padding: [18, 4, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: () => [0, answersTop(this.last()?.answers ?? 1, width, this.narrow)] },
        y: { range: () => [0, Math.max(0.04, this.top() * 1.08)] },
      },
      series: [{}, hidden, hidden, line(c.random, { dash: [4, 3] }), line(c.best, { dash: [5, 4] }), line(c.learnt, { width: 2 })],
      bands: [{ series: [HIGH, LOW], fill: `${c.learnt}29` }],
      axes: [
        {
          font: small,
          stroke: c.muted,
          grid: { show: false },
          ticks: { show: false },
          border: { show: true, stroke: c.axis, width: 1 },
          size: 28,
          gap: 8,
          splits: () => [0],
          values: () => ["0"],
        },
        {
          font: small,
          stroke: c.muted,
          grid: { stroke: c.grid, width: 1 },
          ticks: { show: false },
          size: 44,
          gap: 8,
          splits: () => rateTicks(this.top()),
          values: (_plot, ticks) => ticks.map((tick) => `${Math.round(tick * 100)} %`),
        },
      ],
      hooks: {
        drawClear: [(plot) => this.promotions(plot, c)],
        draw: [(plot) => this.words(plot, c)],
        setCursor: [(plot) => this.read(plot)],
      },
    };
  }

  private get narrow(): boolean {
    return this.target.clientWidth < NARROW_PX;
  }

  private last(): Audience["points"][number] | null {
    return this.audience && last(this.audience);
  }

  private top(): number {
    const { points = [], best = 0, random = 0 } = this.audience ?? {};
    // The first points rest on few answers; their wide bands would press the curve flat.
    return Math.max(best, random, ...points.map((point) => point.learnt));
  }

  /** Events are dashed verticals with words; words that would touch the one before are left to the CSV. */
  private promotions(plot: uPlot, c: Colours): void {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.strokeStyle = c.event;
    ctx.fillStyle = c.event;
    ctx.lineWidth = ratio;
    ctx.setLineDash([4 * ratio, 3 * ratio]);
    ctx.font = `${12 * ratio}px ${c.font}`;
    ctx.textAlign = "left";
    let taken = -Infinity;
    for (const promotion of this.audience?.promotions ?? []) {
      const x = plot.valToPos(promotion.answers, "x", true);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const words = "promoted";
      if (x < taken + 6 * ratio) continue;
      ctx.fillText(words, x + 4 * ratio, bbox.top - 6 * ratio);
      taken = x + ctx.measureText(words).width;
    }
    ctx.restore();
  }

  private words(plot: uPlot, c: Colours): void {
    const now = this.last();
    if (!now || !this.audience) return;
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    const [x, y] = [plot.valToPos(now.answers, "x", true), plot.valToPos(now.learnt, "y", true)];
    ctx.save();
    ctx.fillStyle = c.learnt;
    ctx.beginPath();
    ctx.arc(x, y, 4.5 * ratio, 0, 2 * Math.PI);
    ctx.fill();
    ctx.fillStyle = c.text;
    ctx.font = `600 ${12 * ratio}px ${c.font}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.fillText(this.narrow ? percent(now.learnt) : [percent(now.learnt), times(this.audience)].filter(Boolean).join(", "), x + 10 * ratio, y);
    ctx.fillStyle = c.muted;
    ctx.font = `${12 * ratio}px ${c.font}`;
    ctx.textBaseline = "top";
    ctx.textAlign = "right";
    const below = `${count(now.answers)} answers so far`;
    ctx.fillText(below, Math.max(x, bbox.left + ctx.measureText(below).width + 20 * ratio), bbox.top + bbox.height + 8 * ratio);
    ctx.restore();
  }

  private read(plot: uPlot): void {
    const at = plot.cursor.idx;
    const point = at === null || at === undefined ? undefined : this.audience?.points[at];
    const away = (plot.cursor.left ?? -1) < 0;
    this.reading.hidden = away || !point;
    if (point && !away) {
      say(this.reading, `${count(point.answers)} answers: ${percent(point.learnt)} (${percent(point.low)} to ${percent(point.high)})`);
    }
  }

  private step(event: KeyboardEvent): void {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const { plot, audience } = this;
    if (by === undefined || !plot || !audience) return;
    event.preventDefault();
    const end = audience.points.length - 1;
    const at = Math.max(0, Math.min(end, (this.reading.hidden ? end + (by > 0 ? 0 : 1) : plot.cursor.idx ?? end) + by));
    const point = audience.points[at];
    if (point) plot.setCursor({ left: plot.valToPos(point.answers, "x"), top: plot.valToPos(point.learnt, "y") });
  }
}

