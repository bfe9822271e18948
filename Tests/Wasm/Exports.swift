/// What the host of the page may call; text crosses the border as numbers only.
@_cdecl("count")
public func count() -> Int32 { Int32(checks.count) }

@_cdecl("digest")
public func digest(of place: Int32) -> UInt64 { checks[Int(place)].digest() }
