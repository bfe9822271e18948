import Clockwork

/// How often which amounts were used: every bucket is a twentieth wider than the one before, and a sample loses half of
/// its weight in a day.
///
/// Follows `histogram.go` and `decaying_histogram.go` of the vertical Pod autoscaler's recommender.
public struct UsageHistogram: Equatable, Sendable {
  /// Where the buckets lie.
  public struct Buckets: Equatable, Sendable {
    /// The size of the first bucket.
    let first: Double

    /// In cores, from 0.01 on.
    public static let cpu = Buckets(first: 0.01)
    /// In bytes, from 10 million on.
    public static let memory = Buckets(first: 1e7)

    static let growth = 1.05
    /// Both reach a hundred thousand times as far as their first bucket.
    static let count: Int64 = 176
    private static let powers: [Double] = {
      var powers = [1.0]
      for _ in 0..<count { powers.append((powers.last ?? 1) * growth) }
      return powers
    }()

    /// Where a bucket begins: `first · (1.05^n − 1) / 0.05`.
    public func start(of bucket: Int64) -> Double {
      first * (Buckets.powers[Int(bucket)] - 1) / (Buckets.growth - 1)
    }

    /// The bucket that an amount falls into.
    public func bucket(of amount: Double) -> Int64 {
      var bucket: Int64 = 0
      while bucket + 1 < Buckets.count, start(of: bucket + 1) <= amount { bucket += 1 }
      return bucket
    }
  }

  public let buckets: Buckets
  private var weights: Table<Int64, Double> = [:]
  private var total = 0.0
  /// The moment at which a sample weighs what it was given; later ones weigh more.
  private var reference: Time

  static let halfLife: Time = 86_400_000
  /// A bucket with less weight counts as empty.
  static let epsilon = 0.0001
  /// Before weights grow too large, the reference moves on.
  private static let longest = 100 * halfLife
  private static let heaviest = 10_000.0

  public init(_ buckets: Buckets) {
    self.buckets = buckets
    reference = UsageHistogram.rounded(0)
  }

  public var isEmpty: Bool {
    var isEmpty = true
    weights.forEach { _, weight in if weight >= UsageHistogram.epsilon { isEmpty = false } }
    return isEmpty
  }

  /// Whole half-lives since the beginning of the calendar.
  private static func rounded(_ time: Time) -> Time {
    let epoch = Calendar.epoch * 1000
    let absolute = epoch + time + halfLife / 2
    return absolute - Calendar.floorModulo(absolute, halfLife) - epoch
  }

  // MARK: Samples

  public mutating func add(_ amount: Double, weight: Double, at time: Time) {
    let change = weight * factor(time)
    weights.update(buckets.bucket(of: amount), default: 0) { $0 += change }
    total += change
  }

  /// Takes a sample back that was added before.
  public mutating func remove(_ amount: Double, weight: Double, at time: Time) {
    let change = weight * factor(time)
    let bucket = buckets.bucket(of: amount)
    total = UsageHistogram.less(total, change)
    let rest = UsageHistogram.less(weights[bucket] ?? 0, change)
    weights[bucket] = rest == 0 ? nil : rest
  }

  private static func less(_ one: Double, _ other: Double) -> Double {
    let rest = one - other
    return rest < epsilon ? 0 : rest
  }

  private mutating func factor(_ time: Time) -> Double {
    if time > reference + UsageHistogram.longest { shift(to: UsageHistogram.rounded(time)) }
    return Exponential.two(to: Double(time - reference) / Double(UsageHistogram.halfLife))
  }

  private mutating func shift(to moment: Time) {
    let scale = Exponential.two(to: Double(reference - moment) / Double(UsageHistogram.halfLife))
    for bucket in weights.keys { weights.update(bucket, default: 0) { $0 *= scale } }
    total *= scale
    reference = moment
  }

  /// Adds what another histogram with the same buckets has.
  public mutating func merge(_ given: UsageHistogram) {
    var other = given
    if reference < other.reference { shift(to: other.reference) }
    if other.reference < reference { other.shift(to: reference) }
    other.weights.forEach { bucket, weight in weights.update(bucket, default: 0) { $0 += weight } }
    total += other.total
  }

  // MARK: Percentiles

  /// The end of the bucket up to which so much of all weight lies; `share` is between 0 and 1.
  public func percentile(_ share: Double) -> Double {
    if isEmpty { return 0 }
    let threshold = share * total
    var sum = 0.0
    var found: Int64?
    var last: Int64 = 0
    weights.forEach { bucket, weight in
      last = bucket
      sum += weight
      if found == nil, sum >= threshold { found = bucket }
    }
    let bucket = found ?? last
    return buckets.start(of: min(bucket + 1, UsageHistogram.Buckets.count - 1))
  }

  // MARK: Checkpoints

  /// The histogram with whole numbers, in which very light buckets are lost.
  var checkpoint: CheckpointHistogram {
    var out = CheckpointHistogram()
    var most = 0.0
    weights.forEach { _, weight in most = max(most, weight) }
    if most == 0 { return out }
    weights.forEach { bucket, weight in
      let whole = Int64(weight * UsageHistogram.heaviest / most + 0.5)
      if whole > 0 { out.bucketWeights["\(bucket)"] = whole }
    }
    out.referenceTimestamp = Timestamp(reference)
    out.totalWeight = .number(total)
    return out
  }

  init(_ buckets: Buckets, _ checkpoint: CheckpointHistogram) {
    self.init(buckets)
    if let moment = checkpoint.referenceTimestamp { reference = moment.milliseconds }
    switch checkpoint.totalWeight {
    case .number(let weight): total = weight
    case .integer(let weight): total = Double(weight)
    default: total = 0
    }
    var sum: Int64 = 0
    checkpoint.bucketWeights.forEach { _, weight in sum += weight }
    if sum == 0 {
      total = 0
      return
    }
    checkpoint.bucketWeights.forEach { name, weight in
      guard let bucket = Int64(name), bucket >= 0, bucket < UsageHistogram.Buckets.count else { return }
      weights[bucket] = Double(weight) * total / Double(sum)
    }
  }
}
