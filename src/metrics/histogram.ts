/** The upper bounds of the buckets, in seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** A value of a metric, as prom-client writes it. */
export interface Sample {
  metricName: string
  labels: Record<string, string | number>
  value: number
}

/** Counts durations by size. To count one costs a short search and three additions. */
export class DurationHistogram {
  private readonly buckets = new Uint32Array(BOUNDS.length + 1)
  private sum = 0

  /** Counts a duration, in seconds. */
  observe(seconds: number): void {
    let bucket = 0
    while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] ?? 0)) bucket += 1
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1
    this.sum += seconds
  }

  /** The samples of a histogram (https://prometheus.io/docs/concepts/metric_types/): cumulative buckets, sum and count. */
  samples(name: string, labels: Record<string, string> = {}): Sample[] {
    let count = 0
    const buckets = [...BOUNDS, '+Inf'].map((le, index) => {
      count += this.buckets[index] ?? 0
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.sum },
      { metricName: `${name}_count`, labels, value: count },
    ]
  }
}
