import Clockwork

/// A question that the kubelet asks a container again and again.
public struct Probe: Record, Sendable {
  public static var typeName: String { "Probe" }

  public var exec: Value? = nil
  public var failureThreshold: Int64 = 0
  public var grpc: Value? = nil
  public var httpGet: Value? = nil
  public var initialDelaySeconds: Int64 = 0
  public var periodSeconds: Int64 = 0
  public var successThreshold: Int64 = 0
  public var tcpSocket: Value? = nil
  public var terminationGracePeriodSeconds: Int64? = nil
  public var timeoutSeconds: Int64 = 0
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("exec", &exec)
    field("failureThreshold", &failureThreshold)
    field("grpc", &grpc)
    field("httpGet", &httpGet)
    field("initialDelaySeconds", &initialDelaySeconds)
    field("periodSeconds", &periodSeconds)
    field("successThreshold", &successThreshold)
    field("tcpSocket", &tcpSocket)
    field("terminationGracePeriodSeconds", &terminationGracePeriodSeconds)
    field("timeoutSeconds", &timeoutSeconds)
    field.rest(&unknown)
  }
}
