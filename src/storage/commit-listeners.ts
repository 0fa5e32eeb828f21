/** What runs after each commit of this process. */
export class CommitListeners {
  private readonly listeners: (() => Promise<void>)[] = []

  add(listener: () => Promise<void>): void {
    this.listeners.push(listener)
  }

  /** Runs all of them, at the same time. */
  async run(): Promise<void> {
    await Promise.all(this.listeners.map((listener) => listener()))
  }
}
