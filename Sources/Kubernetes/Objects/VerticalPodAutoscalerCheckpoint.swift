import Clockwork

/// What the recommender has counted so far, so that another process can go on with it.
public struct VerticalPodAutoscalerCheckpoint: APIRecord {
  public static var typeName: String { "VerticalPodAutoscalerCheckpoint" }
  public static var kind: Kind { .verticalPodAutoscalerCheckpoint }

  public var metadata: ObjectMeta = ObjectMeta()
  public var spec: CheckpointSpec = CheckpointSpec()
  public var status: CheckpointStatus = CheckpointStatus()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("spec", &spec, .keep)
    field("status", &status)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<VerticalPodAutoscalerCheckpoint>) -> Content { .verticalCheckpoint(shared) }

  public static func unwrap(_ content: Content) -> Shared<VerticalPodAutoscalerCheckpoint>? {
    guard case .verticalCheckpoint(let shared) = content else { return nil }
    return shared
  }
}

/// The container of which autoscaler's Pods was counted.
public struct CheckpointSpec: Record, Sendable {
  public static var typeName: String { "VerticalPodAutoscalerCheckpointSpec" }

  public var containerName: String = ""
  public var vpaObjectName: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("containerName", &containerName)
    field("vpaObjectName", &vpaObjectName)
    field.rest(&unknown)
  }
}

/// Both histograms, and over which time they were filled.
public struct CheckpointStatus: Record, Sendable {
  public static var typeName: String { "VerticalPodAutoscalerCheckpointStatus" }

  public var cpuHistogram: CheckpointHistogram = CheckpointHistogram()
  public var firstSampleStart: Timestamp? = nil
  public var lastSampleStart: Timestamp? = nil
  public var lastUpdateTime: Timestamp? = nil
  public var memoryHistogram: CheckpointHistogram = CheckpointHistogram()
  public var totalSamplesCount: Int64 = 0
  public var version: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("cpuHistogram", &cpuHistogram)
    field("firstSampleStart", &firstSampleStart)
    field("lastSampleStart", &lastSampleStart)
    field("lastUpdateTime", &lastUpdateTime)
    field("memoryHistogram", &memoryHistogram)
    field("totalSamplesCount", &totalSamplesCount)
    field("version", &version)
    field.rest(&unknown)
  }
}

/// A histogram whose weights are whole numbers: the heaviest bucket has 10000.
public struct CheckpointHistogram: Record, Sendable {
  public static var typeName: String { "HistogramCheckpoint" }

  /// By the number of the bucket.
  public var bucketWeights: Table<String, Int64> = [:]
  public var referenceTimestamp: Timestamp? = nil
  /// The sum of the true weights, a number with a fraction.
  public var totalWeight: Value = .null
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("bucketWeights", &bucketWeights)
    field("referenceTimestamp", &referenceTimestamp)
    field("totalWeight", &totalWeight)
    field.rest(&unknown)
  }
}
